import { isUuid, type OrganizationScope, type PolledQuery, type QueryScope } from '@hourglass/reports';
import { sql } from '../connection/sql.ts';
import { queryStatus, statusColumns, type StatusRow } from '../queries/query-rows.ts';
import type { GatherReads } from './gather-reads.ts';

interface Poll {
  readonly id: string;
  readonly organization: string;
  /** Null: every environment of the organization. */
  readonly environment: string | null;
}

interface PolledRow extends StatusRow<string> {
  readonly key: string;
  readonly id: string;
  readonly organization: string;
  readonly environment: string;
}

/** Reads the status of a query; null: the scope has no query with this id. */
export function pollReader(
  reads: GatherReads,
): (scope: OrganizationScope | QueryScope, id: string) => Promise<PolledQuery | null> {
  const poll = reads<Poll, PolledRow, PolledQuery>({
    keyOf: ({ id, organization, environment }) => JSON.stringify([id, organization, environment]),
    tenantOf: ({ organization, environment }) =>
      environment === null ? { organization } : { organization, environment },
    select: (polls) => sql`
      select asked.key, q.id, o.name as organization, e.name as environment, ${statusColumns}
        from unnest(${[...polls.keys()]}::text[],
                    ${[...polls.values()].map(({ id }) => id)}::uuid[],
                    ${[...polls.values()].map(({ organization }) => organization)}::text[],
                    ${[...polls.values()].map(({ environment }) => environment)}::text[])
             as asked (key, id, organization, environment)
        join queries q on q.id = asked.id
        join environments e on e.id = q.environment_id
        join organizations o on o.id = e.organization_id
       where o.name = asked.organization and e.name = coalesce(asked.environment, e.name)`,
    valueOf: ({ id, organization, environment, ...status }) => ({
      id,
      scope: { organization, environment },
      ...queryStatus(status),
    }),
  });
  return async (scope, id) => {
    if (!isUuid(id)) return null;
    const environment = 'environment' in scope ? scope.environment : null;
    return poll({ id: id.toLowerCase(), organization: scope.organization, environment });
  };
}

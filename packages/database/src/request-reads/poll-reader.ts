import { isUuid, type OrganizationScope, type PolledQuery, type QueryScope } from '@hourglass/reports';
import { sql } from '../connection/sql.ts';
import { queryStatus, statusColumns, type StatusRow } from '../queries/query-rows.ts';
import type { GatherReads } from './gather-reads.ts';

interface PolledRow extends StatusRow<string> {
  readonly key: string;
  readonly organization: string;
  readonly environment: string;
}

/** Reads the status of a query; null: the scope has no query with this id. */
export function pollReader(
  reads: GatherReads,
): (scope: OrganizationScope | QueryScope, id: string) => Promise<PolledQuery | null> {
  const rowOf = reads<string, PolledRow>({
    keyOf: (id) => id,
    select: (ids) => sql`
      select q.id as key, o.name as organization, e.name as environment, ${statusColumns}
        from queries q
        join environments e on e.id = q.environment_id
        join organizations o on o.id = e.organization_id
       where q.id = any(${[...ids.keys()]}::uuid[])`,
  });
  return async (scope, id) => {
    const row = isUuid(id) ? await rowOf(id.toLowerCase()) : null;
    if (row === null || !isWithin(row, scope)) return null;
    const { key, organization, environment } = row;
    return { id: key, scope: { organization, environment }, ...queryStatus(row) };
  };
}

function isWithin(row: QueryScope, scope: OrganizationScope | QueryScope): boolean {
  return (
    row.organization === scope.organization &&
    (!('environment' in scope) || row.environment === scope.environment)
  );
}

import type { Tenant } from '@hourglass/query';
import {
  isUuid,
  type EventPage,
  type OrganizationScope,
  type QueryEvent,
  type QueryEventPage,
  type QueryScope,
  type QueryState,
} from '@hourglass/reports';
import { sql, Sql } from '../connection/sql.ts';
import type { GatherReads } from './gather-reads.ts';

const pageSize = 100;
/** Part of the text, because the plan does not know values. */
const limit = new Sql([String(pageSize)], []);

interface EventRow extends Omit<QueryEvent, 'at' | 'scope'> {
  readonly at: string;
}

interface PageRow {
  readonly key: string;
  readonly organization: string;
  readonly environment: string;
  readonly events: readonly EventRow[];
  readonly newestId: string;
  readonly isKnown: boolean;
}

interface AskedQuery {
  readonly id: string;
  readonly organization: string;
  /** Null: every environment of the organization. */
  readonly environment: string | null;
  readonly afterId: string;
}

/**
 * The columns of a page: the events `v` of the subject after `asked.after_id`, of those queries `shown` that meet the
 * condition.
 */
function pageColumns(ofSubject: Sql, condition: Sql): Sql {
  return sql`
    (select coalesce(json_agg(event), '[]') from (
       select v.id::text as id, v.at, v.query_id as "queryId", shown.hostname, v.is_state_change as "isStateChange",
              v.state, v.phase, v.progress_percent as "progressPercent", v.rows_scanned::float8 as "rowsScanned",
              case when v.state = 'failed' then shown.failure end as failure
         from query_events v
         join queries shown on shown.id = v.query_id
        where ${ofSubject} and v.id > asked.after_id and ${condition}
        order by v.id limit ${limit}) event) as events,
    coalesce((select v.id from query_events v where ${ofSubject} order by v.id desc limit 1), 0)::text as "newestId",
    asked.after_id = 0 or exists (select from query_events v where v.id = asked.after_id and ${ofSubject}) as "isKnown"`;
}

/** Reads the events of a query after one; null: the scope has no query with this id. */
export function queryEventReader(
  reads: GatherReads,
): (scope: OrganizationScope | QueryScope, id: string, afterId: string) => Promise<QueryEventPage | null> {
  const pageOfQuery = reads<AskedQuery, PageRow & { readonly state: QueryState }, QueryEventPage>({
    keyOf: (asked) => JSON.stringify(Object.values(asked)),
    tenantOf: ({ organization, environment }) =>
      environment === null ? { organization } : { organization, environment },
    select: (asked) => sql`
      select asked.key, o.name as organization, e.name as environment, q.state,
             ${pageColumns(sql`v.query_id = q.id`, sql`true`)}
        from unnest(${[...asked.keys()]}::text[],
                    ${[...asked.values()].map(({ id }) => id)}::uuid[],
                    ${[...asked.values()].map(({ organization }) => organization)}::text[],
                    ${[...asked.values()].map(({ environment }) => environment)}::text[],
                    ${[...asked.values()].map(({ afterId }) => afterId)}::bigint[])
             as asked (key, id, organization, environment, after_id)
        join queries q on q.id = asked.id
        join environments e on e.id = q.environment_id
        join organizations o on o.id = e.organization_id
       where o.name = asked.organization and e.name = coalesce(asked.environment, e.name)`,
    valueOf: (row) => ({ ...pageOf(row), state: row.state }),
  });
  return async (scope, id, afterId) => {
    if (!isUuid(id)) return null;
    const environment = 'environment' in scope ? scope.environment : null;
    const { organization } = scope;
    return pageOfQuery({ id: id.toLowerCase(), organization, environment, afterId });
  };
}

interface AskedEnvironment {
  readonly environmentId: number;
  readonly organization: string;
  readonly environment: string;
  readonly hostname: string | null;
  readonly afterId: string;
}

/** Reads the events of an environment after one; null: it was deleted. */
export function environmentEventReader(
  reads: GatherReads,
): (tenant: Tenant, hostname: string | null, afterId: string) => Promise<EventPage | null> {
  const pageOfEnvironment = reads<AskedEnvironment, PageRow, EventPage>({
    keyOf: (asked) => JSON.stringify(Object.values(asked)),
    tenantOf: ({ organization, environment }) => ({ organization, environment }),
    select: (asked) => sql`
      select asked.key, o.name as organization, e.name as environment,
             ${pageColumns(sql`v.environment_id = e.id`, sql`shown.hostname is not distinct from asked.hostname`)}
        from unnest(${[...asked.keys()]}::text[],
                    ${[...asked.values()].map(({ environmentId }) => environmentId)}::integer[],
                    ${[...asked.values()].map(({ organization }) => organization)}::text[],
                    ${[...asked.values()].map(({ hostname }) => hostname)}::text[],
                    ${[...asked.values()].map(({ afterId }) => afterId)}::bigint[])
             as asked (key, environment_id, organization, hostname, after_id)
        join environments e on e.id = asked.environment_id
        join organizations o on o.id = e.organization_id
       where o.name = asked.organization`,
    valueOf: pageOf,
  });
  return ({ environmentId, organization, environment }, hostname, afterId) =>
    pageOfEnvironment({ environmentId, organization, environment, hostname, afterId });
}

function pageOf({ organization, environment, events, newestId, isKnown }: PageRow): EventPage {
  const scope = { organization, environment };
  return {
    events: events.map((event) => ({ ...event, at: new Date(event.at), scope })),
    isFull: events.length === pageSize,
    newestId,
    isKnown,
  };
}

import type { Tenant } from '@hourglass/query';
import type { ListCriteria, QueryRecord, QueryState } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { joinSql, sql, type Sql } from '../connection/sql.ts';
import { queryRecord, recordColumns, type RecordRow } from './query-rows.ts';

/**
 * A page starts after a position given by value, so queries that are submitted or deleted meanwhile
 * shift no page.
 */
export async function listQueries(
  pool: Queryable,
  { environmentId }: Tenant,
  criteria: ListCriteria,
  limit: number,
): Promise<readonly QueryRecord[]> {
  const conditions = [sql`q.environment_id = ${environmentId}::integer`, ...conditionsOf(criteria)];
  const { rows } = await pool.query<RecordRow>(sql`
    select ${recordColumns}
      from queries q
     where ${joinSql(conditions, ' and ')}
     order by q.created_at desc, q.id desc
     limit ${limit}::bigint`);
  return rows.map(queryRecord);
}

/** Part of the text, because partial indexes need the value in the condition. */
const isInState: Readonly<Record<QueryState, Sql>> = {
  enqueued: sql`q.state = 'enqueued'`,
  running: sql`q.state = 'running'`,
  completed: sql`q.state = 'completed'`,
  failed: sql`q.state = 'failed'`,
  cancelled: sql`q.state = 'cancelled'`,
  expired: sql`q.state = 'expired'`,
};

function conditionsOf(criteria: ListCriteria): Sql[] {
  const { submittedBy, state, dataset, createdFrom, createdBefore, hostname, hasReport, after } = criteria;
  const conditions: Sql[] = [];
  if (submittedBy !== undefined) conditions.push(sql`q.submitted_by = ${submittedBy}`);
  if (state !== undefined) conditions.push(isInState[state]);
  if (dataset !== undefined) conditions.push(sql`q.plan ->> 'dataset' = ${dataset}`);
  if (createdFrom !== undefined) conditions.push(sql`q.created_at >= ${createdFrom}::timestamptz`);
  if (createdBefore !== undefined) conditions.push(sql`q.created_at < ${createdBefore}::timestamptz`);
  if (hostname !== undefined) conditions.push(sql`q.hostname is not distinct from ${hostname}`);
  if (hasReport === true) conditions.push(sql`q.report_definition_id is not null`);
  // A comparison of rows lets the index scan start at the position.
  if (after !== undefined)
    conditions.push(sql`(q.created_at, q.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`);
  return conditions;
}

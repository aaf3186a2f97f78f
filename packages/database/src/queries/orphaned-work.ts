import type { AttemptWork } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';

/**
 * Returns the keys that no query has as its result and that no running attempt may still publish.
 */
export async function orphanedWork(
  pool: Queryable,
  works: readonly AttemptWork[],
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ readonly key: string }>(sql`
    select a.key
      from unnest(${works.map(({ key }) => key)}::text[],
                  ${works.map(({ queryId }) => queryId)}::uuid[],
                  ${works.map(({ attempt }) => attempt)}::integer[]) as a (key, query_id, attempt)
     where not exists (
             select from queries q
              where q.id = a.query_id
                and ((q.state = 'completed' and q.archive_key = a.key)
                  or (q.state = 'running' and q.attempt = a.attempt)))
       -- Equal queries share the result and may outlive the query that made it.
       and not exists (select from queries q where q.archive_key = a.key and q.state = 'completed')`);
  return rows.map(({ key }) => key);
}

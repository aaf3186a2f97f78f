import type { Queryable } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';

/** Deletes changes that the snapshots of all results have seen; see `QueryStore.deleteSeenChanges`. */
export async function deleteSeenChanges(pool: Queryable, limit: number): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from fact_changes
     where id in (
       select c.id from fact_changes c
        where c.changed_at < now() - interval '1 day'
          and c.changed_in < least(
                pg_snapshot_xmin(pg_current_snapshot()),
                (select min(pg_snapshot_xmin(q.claim_snapshot)) from queries q
                  where q.state in ('running', 'completed')))
        order by c.changed_at
        limit ${limit}::integer)`);
  return rowCount ?? 0;
}

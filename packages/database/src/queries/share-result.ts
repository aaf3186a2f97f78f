import type { Queryable } from '../connection/scoped-pool.ts';
import { prepared, sql, type Sql } from '../connection/sql.ts';

/**
 * Completes the queries that have joined the completed query `id`, or the one that it had joined itself. Either way they
 * were accepted before its snapshot was taken, or nothing had changed since. Returns their number.
 */
export async function shareResult(pool: Queryable, id: string): Promise<number> {
  const source = sql`
    select * from queries x
     where x.id = ${id}::uuid and x.state = 'completed' and x.expires_at > now()
       for share skip locked`;
  const statement = completeFrom(source, sql`q.joined_to in (x.id, x.joined_to)`);
  const { rowCount } = await pool.query(prepared('share-result', statement));
  return rowCount ?? 0;
}

/** Completes the waiting query `id` with the result that it has joined. False: there is none. */
export async function takeResult(pool: Queryable, id: string): Promise<boolean> {
  const source = sql`
    select x.* from queries j
      join queries x on x.id = j.joined_to or x.joined_to = j.joined_to
     where j.id = ${id}::uuid and x.state = 'completed' and x.reused_from is null and x.expires_at > now()
     limit 1
       for share of x skip locked`;
  const statement = completeFrom(source, sql`q.id = ${id}::uuid`);
  const { rowCount } = await pool.query(prepared('take-result', statement));
  return rowCount === 1;
}

/** The source is locked, so that its archive is not deleted before the update commits. */
function completeFrom(source: Sql, condition: Sql): Sql {
  return sql`
    with x as materialized (${source})
    update queries q
       set state = 'completed', progress_percent = 100, updated_at = now(), retry_at = null,
           archive_key = x.archive_key, archive_bytes = x.archive_bytes, archive_md5 = x.archive_md5,
           result_rows = x.result_rows, gzip_bytes = x.gzip_bytes, execution_ms = x.execution_ms,
           rows_scanned = x.rows_scanned, watermark = x.watermark,
           expires_at = now() + (x.expires_at - x.updated_at),
           reused_from = x.id, claim_snapshot = x.claim_snapshot, made_by = x.made_by
      from x
     where q.state = 'enqueued' and q.joined_to is not null and ${condition}`;
}

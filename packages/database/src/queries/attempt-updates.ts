import type { Failure, Progress, Publication, RequeueCause } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { prepared, sql, type Sql } from '../connection/sql.ts';

/**
 * One attempt to run a query. Once a newer attempt exists, every update of this one changes
 * nothing.
 */
export interface Attempt {
  readonly id: string;
  readonly attempt: number;
}

/**
 * Each update returns false when it lost: the attempt is no longer the newest, or the query is not
 * running.
 */
export function renewLease(
  pool: Queryable,
  attempt: Attempt,
  leaseMs: number,
  { phase, percent, rowsScanned }: Progress,
): Promise<boolean> {
  return updateRunning(
    pool,
    attempt,
    'renew-lease',
    sql`lease_expires_at = now() + ${leaseMs}::float8 * interval '1 millisecond',
        phase = ${phase}::query_phase,
        progress_percent = greatest(progress_percent, ${Math.floor(percent)}::integer),
        rows_scanned = greatest(rows_scanned, ${rowsScanned}::bigint)`,
  );
}

export function complete(pool: Queryable, attempt: Attempt, publication: Publication): Promise<boolean> {
  const { archiveKey, archiveBytes, archiveMd5, gzipBytes, watermark, resultTtlSeconds } = publication;
  const { rows, rowsScanned } = publication;
  return updateRunning(
    pool,
    attempt,
    'complete-query',
    sql`state = 'completed', progress_percent = 100, lease_expires_at = null,
        archive_key = ${archiveKey}, archive_bytes = ${archiveBytes}::bigint, archive_md5 = ${archiveMd5},
        result_rows = ${rows}::bigint, gzip_bytes = ${gzipBytes}::bigint,
        rows_scanned = ${rowsScanned}::bigint,
        watermark = ${watermark}::bigint,
        execution_ms = round(extract(epoch from now() - started_at) * 1000)::bigint,
        expires_at = now() + ${resultTtlSeconds}::float8 * interval '1 second'`,
  );
}

export function fail(pool: Queryable, attempt: Attempt, { reason, fault }: Failure): Promise<boolean> {
  return updateRunning(
    pool,
    attempt,
    'fail-query',
    sql`state = 'failed', failure = ${reason}, counted = counted and ${fault === 'query'}::boolean, lease_expires_at = null`,
  );
}

export function requeue(pool: Queryable, attempt: Attempt, cause: RequeueCause): Promise<boolean> {
  const failed = cause.kind === 'failed';
  // Truncated, because a column of whole milliseconds rounds up and would delay an immediate retry.
  return updateRunning(
    pool,
    attempt,
    'requeue-query',
    sql`state = 'enqueued', lease_expires_at = null,
        failed_attempts = failed_attempts + ${failed ? 1 : 0}::integer,
        excused_attempts = excused_attempts + ${failed ? 0 : 1}::integer,
        retry_at = date_trunc('milliseconds', now())
                 + ${failed ? cause.retryAfterMs : 0}::float8 * interval '1 millisecond'`,
  );
}

async function updateRunning(
  pool: Queryable,
  { id, attempt }: Attempt,
  name: string,
  changes: Sql,
): Promise<boolean> {
  const statement = sql`
    update queries
       set ${changes}, updated_at = now()
     where id = ${id}::uuid and attempt = ${attempt}::integer and state = 'running'`;
  const { rowCount } = await pool.query(prepared(name, statement));
  return rowCount === 1;
}

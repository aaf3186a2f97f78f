import type { PolledQuery, QueryScope, QueryState } from '@hourglass/reports';
import type { Pool } from 'pg';
import { queryResult } from './query-rows.ts';

/** `pg` answers a bigint as text. */
interface PolledRow {
  readonly id: string;
  readonly organization: string;
  readonly environment: string;
  readonly state: QueryState;
  readonly progressPercent: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly failure: string | null;
  readonly archiveKey: string | null;
  readonly archiveBytes: string | null;
  readonly archiveMd5: string | null;
  readonly resultRows: string | null;
  readonly gzipBytes: string | null;
  readonly executionMs: string | null;
  readonly expiresAt: Date | null;
}

export interface FoundQuery {
  readonly scope: QueryScope;
  readonly query: PolledQuery;
}

/** The queries with these ids, UUIDs in lower case, in their order; null: there is none. */
export async function pollQueries(
  pool: Pool,
  ids: readonly string[],
): Promise<readonly (FoundQuery | null)[]> {
  const { rows } = await pool.query<PolledRow>({
    name: 'poll-queries',
    text: `
      select q.id, o.name as organization, e.name as environment, q.state, q.failure,
             q.progress_percent as "progressPercent", q.created_at as "createdAt", q.updated_at as "updatedAt",
             q.archive_key as "archiveKey", q.archive_bytes as "archiveBytes", q.archive_md5 as "archiveMd5",
             q.result_rows as "resultRows", q.gzip_bytes as "gzipBytes", q.execution_ms as "executionMs",
             q.expires_at as "expiresAt"
        from queries q
        join environments e on e.id = q.environment_id
        join organizations o on o.id = e.organization_id
       where q.id = any($1::uuid[])`,
    values: [ids],
  });
  const found = new Map(rows.map((row) => [row.id, foundQuery(row)]));
  return ids.map((id) => found.get(id) ?? null);
}

function foundQuery(row: PolledRow): FoundQuery {
  const { id, organization, environment, state, progressPercent, createdAt, updatedAt, failure } = row;
  return {
    scope: { organization, environment },
    query: { id, state, progressPercent, createdAt, updatedAt, failure, result: queryResult(row) },
  };
}

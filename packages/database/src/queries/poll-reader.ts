import type { PolledQuery, QueryScope, QueryState } from '@hourglass/reports';
import type { GatherReads } from '../gather-reads.ts';
import { Prisma } from '../generated/client.ts';
import { queryResult } from './query-rows.ts';

interface PolledRow {
  readonly key: string;
  readonly organization: string;
  readonly environment: string;
  readonly state: QueryState;
  readonly progressPercent: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly failure: string | null;
  readonly archiveKey: string | null;
  readonly archiveBytes: number | null;
  readonly archiveMd5: string | null;
  readonly resultRows: number | null;
  readonly gzipBytes: number | null;
  readonly executionMs: number | null;
  readonly expiresAt: string | null;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function pollReader(
  reads: GatherReads,
): (scope: QueryScope, id: string) => Promise<PolledQuery | null> {
  const rowOf = reads<string, PolledRow>({
    keyOf: (id) => id,
    select: (ids) => Prisma.sql`
      select q.id as key, o.name as organization, e.name as environment, q.state, q.failure,
             q.progress_percent as "progressPercent", q.created_at as "createdAt", q.updated_at as "updatedAt",
             q.archive_key as "archiveKey", q.archive_bytes as "archiveBytes", q.archive_md5 as "archiveMd5",
             q.result_rows as "resultRows", q.gzip_bytes as "gzipBytes", q.execution_ms as "executionMs",
             q.expires_at as "expiresAt"
        from queries q
        join environments e on e.id = q.environment_id
        join organizations o on o.id = e.organization_id
       where q.id = any(${[...ids.keys()]}::uuid[])`,
  });
  return async ({ organization, environment }, id) => {
    const row = uuid.test(id) ? await rowOf(id.toLowerCase()) : null;
    const isOfScope = row?.organization === organization && row.environment === environment;
    return isOfScope ? polledQuery(row) : null;
  };
}

function polledQuery(row: PolledRow): PolledQuery {
  const { key, state, progressPercent, createdAt, updatedAt, failure, expiresAt } = row;
  return {
    id: key,
    state,
    progressPercent,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    failure,
    result: queryResult({ ...row, expiresAt: expiresAt === null ? null : new Date(expiresAt) }),
  };
}

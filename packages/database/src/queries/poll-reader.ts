import {
  isUuid,
  type AttemptPhase,
  type OrganizationScope,
  type PolledQuery,
  type QueryScope,
  type QueryState,
} from '@hourglass/reports';
import type { GatherReads } from '../connection/gather-reads.ts';
import { Prisma } from '../generated/client.ts';
import { queryLabels, queryResult } from './query-rows.ts';

interface PolledRow {
  readonly key: string;
  readonly organization: string;
  readonly environment: string;
  readonly state: QueryState;
  readonly progressPercent: number;
  readonly phase: AttemptPhase | null;
  readonly rowsScanned: number | null;
  readonly hostname: string | null;
  readonly name: string | null;
  readonly reportDefinitionId: string | null;
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

/** Null: the scope has no query of this id. */
export function pollReader(
  reads: GatherReads,
): (scope: OrganizationScope | QueryScope, id: string) => Promise<PolledQuery | null> {
  const rowOf = reads<string, PolledRow>({
    keyOf: (id) => id,
    select: (ids) => Prisma.sql`
      select q.id as key, o.name as organization, e.name as environment, q.state, q.failure,
             q.progress_percent as "progressPercent", q.phase, q.rows_scanned as "rowsScanned", q.created_at as "createdAt", q.updated_at as "updatedAt",
             q.hostname, q.name, q.report_definition_id as "reportDefinitionId",
             q.archive_key as "archiveKey", q.archive_bytes as "archiveBytes", q.archive_md5 as "archiveMd5",
             q.result_rows as "resultRows", q.gzip_bytes as "gzipBytes", q.execution_ms as "executionMs",
             q.expires_at as "expiresAt"
        from queries q
        join environments e on e.id = q.environment_id
        join organizations o on o.id = e.organization_id
       where q.id = any(${[...ids.keys()]}::uuid[])`,
  });
  return async (scope, id) => {
    const row = isUuid(id) ? await rowOf(id.toLowerCase()) : null;
    return row !== null && isWithin(row, scope) ? polledQuery(row) : null;
  };
}

function isWithin(row: QueryScope, scope: OrganizationScope | QueryScope): boolean {
  return (
    row.organization === scope.organization &&
    (!('environment' in scope) || row.environment === scope.environment)
  );
}

function polledQuery(row: PolledRow): PolledQuery {
  const { key, organization, environment, state, progressPercent, phase, rowsScanned } = row;
  const { failure, expiresAt } = row;
  return {
    id: key,
    scope: { organization, environment },
    state,
    progressPercent,
    phase,
    rowsScanned,
    labels: queryLabels(row),
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
    failure,
    result: queryResult({ ...row, expiresAt: expiresAt === null ? null : new Date(expiresAt) }),
  };
}

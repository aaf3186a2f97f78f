import { parsePlan } from '@hourglass/query';
import type {
  AttemptPhase,
  PolledQuery,
  QueryLabels,
  QueryRecord,
  QueryResult,
  QueryState,
} from '@hourglass/reports';
import { sql } from '../connection/sql.ts';

/**
 * The columns of `queries q` that a poll and a record share. Sizes and counts are doubles, exact up
 * to 2^53.
 */
export const statusColumns = sql`
  q.state, q.progress_percent as "progressPercent", q.phase, q.rows_scanned::float8 as "rowsScanned",
  q.hostname, q.name, q.report_definition_id as "reportDefinitionId", q.failure,
  q.created_at as "createdAt", q.updated_at as "updatedAt",
  q.archive_key as "archiveKey", q.archive_bytes::float8 as "archiveBytes", q.archive_md5 as "archiveMd5",
  q.result_rows::float8 as "resultRows", q.gzip_bytes::float8 as "gzipBytes",
  q.execution_ms::float8 as "executionMs", q.expires_at as "expiresAt", q.reused_from as "reusedFrom"`;

export const recordColumns = sql`
  q.id, q.plan, q.attempt, q.submitted_by as "submittedBy", q.joined_to is not null as "hasJoined", ${statusColumns}`;

/** `Time` is `Date`, or `string` where the row is read as JSON. */
export interface StatusRow<Time extends Date | string> {
  readonly state: QueryState;
  readonly progressPercent: number;
  readonly phase: AttemptPhase | null;
  readonly rowsScanned: number | null;
  readonly hostname: string | null;
  readonly name: string | null;
  readonly reportDefinitionId: string | null;
  readonly failure: string | null;
  readonly createdAt: Time;
  readonly updatedAt: Time;
  readonly archiveKey: string | null;
  readonly archiveBytes: number | null;
  readonly archiveMd5: string | null;
  readonly resultRows: number | null;
  readonly gzipBytes: number | null;
  readonly executionMs: number | null;
  readonly expiresAt: Time | null;
  readonly reusedFrom: string | null;
}

export interface RecordRow extends StatusRow<Date> {
  readonly id: string;
  readonly plan: unknown;
  readonly attempt: number;
  readonly submittedBy: string;
  readonly hasJoined: boolean;
}

/** Throws when the stored plan was written by a version that this one cannot read. */
export function queryRecord(row: RecordRow): QueryRecord {
  const { id, plan, attempt, submittedBy, hasJoined } = row;
  return { id, plan: parsePlan(plan), attempt, submittedBy, hasJoined, ...queryStatus(row) };
}

export function queryStatus(row: StatusRow<Date | string>): Omit<PolledQuery, 'id' | 'scope'> {
  const { state, progressPercent, phase, rowsScanned, failure, reusedFrom } = row;
  return {
    state,
    progressPercent,
    phase,
    rowsScanned,
    labels: queryLabels(row),
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
    failure,
    reusedFrom,
    result: queryResult(row),
  };
}

function queryLabels({ hostname, name, reportDefinitionId }: StatusRow<Date | string>): QueryLabels {
  return {
    ...(hostname === null ? {} : { hostname }),
    ...(name === null ? {} : { name }),
    ...(reportDefinitionId === null ? {} : { reportDefinitionId }),
  };
}

/** One update writes every column of a result, so either all are null or none is. */
function queryResult(row: StatusRow<Date | string>): QueryResult | null {
  const { archiveKey, archiveBytes, archiveMd5, resultRows, gzipBytes, executionMs, expiresAt } = row;
  if (archiveKey === null || expiresAt === null) return null;
  return {
    archiveKey,
    archiveBytes: Number(archiveBytes),
    archiveMd5,
    rows: Number(resultRows),
    gzipBytes: Number(gzipBytes),
    executionMs: Number(executionMs),
    expiresAt: new Date(expiresAt),
  };
}

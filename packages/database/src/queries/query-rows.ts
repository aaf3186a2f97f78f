import { parsePlan } from '@hourglass/query';
import type { QueryLabels, QueryRecord, QueryResult } from '@hourglass/reports';
import type { Query } from '../generated/client.ts';

/** Throws when the stored plan was written by a version that this one cannot read. */
export function queryRecord(row: Query): QueryRecord {
  return {
    id: row.id,
    plan: parsePlan(row.plan),
    state: row.state,
    attempt: row.attempt,
    progressPercent: row.progressPercent,
    phase: row.phase,
    rowsScanned: row.rowsScanned === null ? null : Number(row.rowsScanned),
    submittedBy: row.submittedBy,
    labels: queryLabels(row),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    failure: row.failure,
    result: queryResult(row),
  };
}

type LabelColumns = Pick<Query, 'hostname' | 'name' | 'reportDefinitionId'>;

export function queryLabels({ hostname, name, reportDefinitionId }: LabelColumns): QueryLabels {
  return {
    ...(hostname === null ? {} : { hostname }),
    ...(name === null ? {} : { name }),
    ...(reportDefinitionId === null ? {} : { reportDefinitionId }),
  };
}

type ResultColumn =
  | 'archiveKey'
  | 'archiveBytes'
  | 'archiveMd5'
  | 'resultRows'
  | 'gzipBytes'
  | 'executionMs'
  | 'expiresAt';

/** Prisma answers a bigint as one, JSON as a number. */
type ResultColumns = {
  readonly [Column in ResultColumn]: bigint extends Query[Column] ? number | Query[Column] : Query[Column];
};

/** All columns of a result are written by one update, so either all are null or none. */
export function queryResult(row: ResultColumns): QueryResult | null {
  const { archiveKey, archiveBytes, archiveMd5, resultRows, gzipBytes, executionMs, expiresAt } = row;
  if (archiveKey === null || expiresAt === null) return null;
  return {
    archiveKey,
    archiveBytes: Number(archiveBytes),
    archiveMd5,
    rows: Number(resultRows),
    gzipBytes: Number(gzipBytes),
    executionMs: Number(executionMs),
    expiresAt,
  };
}

import type { PolledQuery } from './polled-query.ts';
import type { QueryRecord } from './query-record.ts';

/** The response to a poll, and the data of a webhook. */
export function polledStatusOf(query: PolledQuery) {
  const { state, result, failure } = query;
  const self = selfOf(query);
  return {
    self,
    ...labelsOf(query),
    state,
    created: isoSeconds(query.createdAt),
    updated: isoSeconds(query.updatedAt),
    ...reusedOf(query),
    progress: query.progressPercent,
    ...activityOf(query),
    ...(failure === null ? {} : { error: failure }),
    ...(state === 'completed' && result !== null
      ? {
          result: { self: `${self}/result`, expires: isoSeconds(result.expiresAt) },
          resultRows: result.rows,
          resultFileSize: `${(result.gzipBytes / 1024).toFixed(2)} KB`,
          executionTime: `${Math.ceil(result.executionMs / 1000)} sec`,
        }
      : {}),
  };
}

/** `phase` is null while a worker of the previous version runs the query. */
export function activityOf({
  state,
  phase,
  rowsScanned,
}: Pick<PolledQuery, 'state' | 'phase' | 'rowsScanned'>) {
  if (state === 'enqueued') return { phase: 'waiting' as const, rowsScanned: rowsScanned ?? 0 };
  if (state === 'running') return { phase: phase ?? ('collecting' as const), rowsScanned: rowsScanned ?? 0 };
  return rowsScanned === null ? {} : { rowsScanned };
}

export function reusedOf({ reusedFrom }: Pick<PolledQuery, 'reusedFrom'>) {
  return reusedFrom === null ? {} : { reused: true as const };
}

export function labelsOf({ labels: { hostname, name, reportDefinitionId } }: Pick<QueryRecord, 'labels'>) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(reportDefinitionId === undefined ? {} : { reportDefinitionId }),
    ...(hostname === undefined ? {} : { envgroupHostname: hostname }),
  };
}

/** Path of the query, without host and version. */
export function selfOf({ id, labels, scope }: Pick<PolledQuery, 'id' | 'labels' | 'scope'>): string {
  return labels.hostname === undefined
    ? `/organizations/${scope.organization}/environments/${scope.environment}/queries/${id}`
    : `/organizations/${scope.organization}/hostQueries/${id}`;
}

export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

import type { Request } from 'express';
import type { ListedQuery, QueryParams, QueryStatus } from '@hourglass/contract';
import type { Plan, PlannedMetric } from '@hourglass/query';
import type { PolledQuery, QueryRecord } from '@hourglass/reports';

/** The answer to a submission: `error` is the text "false" here, and there is no `updated` yet. */
export function submittedStatus(record: QueryRecord): QueryStatus {
  return {
    self: selfOf({ ...record, scope: record.plan.tenant }),
    ...labelsOf(record),
    created: isoSeconds(record.createdAt),
    state: record.state,
    error: 'false',
  };
}

export function queryStatusOf(record: QueryRecord): QueryStatus {
  return polledStatusOf({ ...record, scope: record.plan.tenant });
}

/** A query as a poll shows it. */
export function polledStatusOf(query: PolledQuery): QueryStatus {
  const { state, result, failure } = query;
  const self = selfOf(query);
  return {
    self,
    ...labelsOf(query),
    state,
    created: isoSeconds(query.createdAt),
    updated: isoSeconds(query.updatedAt),
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

/**
 * As the sender of `request` reads it. Generated clients of X send `alt=json` with every request, and those with
 * strict types take an int64 as a text only; Edge has a number.
 */
export function statusFor<Status extends QueryStatus>(request: Request, status: Status): Status {
  const { resultRows } = status;
  if (resultRows === undefined || request.query['alt'] !== 'json') return status;
  return { ...status, resultRows: String(resultRows) };
}

/** A query as the list shows it: also who submitted it, and what it asks for. */
export function listedQueryOf(record: QueryRecord): ListedQuery {
  return {
    ...queryStatusOf(record),
    userId: record.submittedBy,
    queryParams: queryParamsOf(record.plan),
  };
}

export function queryParamsOf({ dimensions, metrics, range, timeUnit, output }: Plan): QueryParams {
  return {
    dimensions: [...dimensions],
    metrics: metrics.map(metricText),
    startTimestamp: new Date(range.startMs).toISOString(),
    endTimestamp: new Date(range.endExclusiveMs).toISOString(),
    ...(timeUnit === null ? {} : { timeUnit }),
    outputFormat: output.format,
  };
}

function metricText({ metric, function: name, alias }: PlannedMetric): string {
  return `name:${metric},${name === null ? '' : `func:${name},`}alias:${alias}`;
}

/** Whoever runs a query without telling the phase is of the version before. */
function activityOf({
  state,
  phase,
  rowsScanned,
}: Pick<PolledQuery, 'state' | 'phase' | 'rowsScanned'>): Partial<QueryStatus> {
  if (state === 'enqueued') return { phase: 'waiting', rowsScanned: rowsScanned ?? 0 };
  if (state === 'running') return { phase: phase ?? 'collecting', rowsScanned: rowsScanned ?? 0 };
  return rowsScanned === null ? {} : { rowsScanned };
}

function labelsOf({
  labels: { hostname, name, reportDefinitionId },
}: Pick<QueryRecord, 'labels'>): Partial<QueryStatus> {
  return {
    ...(name === undefined ? {} : { name }),
    ...(reportDefinitionId === undefined ? {} : { reportDefinitionId }),
    ...(hostname === undefined ? {} : { envgroupHostname: hostname }),
  };
}

function selfOf({ id, labels, scope }: Pick<PolledQuery, 'id' | 'labels' | 'scope'>): string {
  return labels.hostname === undefined
    ? `/organizations/${scope.organization}/environments/${scope.environment}/queries/${id}`
    : `/organizations/${scope.organization}/hostQueries/${id}`;
}

function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

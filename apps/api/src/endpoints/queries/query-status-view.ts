import type { Request } from 'express';
import type { ListedQuery, QueryEventData, QueryParams, QueryStatus } from '@hourglass/contract';
import { functionName, type Plan, type PlannedMetric } from '@hourglass/query';
import type { PolledQuery, QueryEvent, QueryRecord } from '@hourglass/reports';

/** The response to a submission: `error` is the string "false", and `updated` is absent. */
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

/** The response to a poll. */
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
 * Adapts a status to the client. Generated clients of Apigee X send `alt=json` with every request,
 * and the strictly typed ones accept an int64 only as a string; clients of Edge expect a number.
 */
export function statusFor<Status extends QueryStatus>(request: Request, status: Status): Status {
  const { resultRows } = status;
  if (resultRows === undefined || request.query['alt'] !== 'json') return status;
  return { ...status, resultRows: String(resultRows) };
}

/** A query in a list: its status, its submitter and its parameters. */
export function listedQueryOf(record: QueryRecord): ListedQuery {
  return {
    ...queryStatusOf(record),
    userId: record.submittedBy,
    queryParams: queryParamsOf(record.plan),
  };
}

/** A change of a query, in the terms of its status. */
export function queryEventOf(event: QueryEvent): QueryEventData {
  const { queryId, scope, hostname, state, progressPercent, failure, at } = event;
  return {
    self: selfOf({ id: queryId, scope, labels: hostname === null ? {} : { hostname } }),
    state,
    progress: progressPercent,
    ...activityOf(event),
    ...(failure === null ? {} : { error: failure }),
    time: at.toISOString(),
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

function metricText(planned: PlannedMetric): string {
  const { metric, alias } = planned;
  const name = functionName(planned);
  return `name:${metric},${name === null ? '' : `func:${name},`}alias:${alias}`;
}

/** `phase` is null while a worker of the previous version runs the query. */
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

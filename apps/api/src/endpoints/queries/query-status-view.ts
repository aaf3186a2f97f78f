import type { Request } from 'express';
import type { ListedQuery, QueryEventData, QueryParams, QueryStatus, QueueView } from '@hourglass/contract';
import { functionName, type Plan, type PlannedMetric } from '@hourglass/query';
import {
  activityOf,
  isoSeconds,
  labelsOf,
  polledStatusOf,
  reusedOf,
  selfOf,
  type QueryEvent,
  type QueryRecord,
} from '@hourglass/reports';

/** The response to a submission: `error` is the string "false", and `updated` is absent. */
export function submittedStatus(record: QueryRecord): QueryStatus {
  return {
    self: selfOf({ ...record, scope: record.plan.tenant }),
    ...labelsOf(record),
    created: isoSeconds(record.createdAt),
    state: record.state,
    ...reusedOf(record),
    error: 'false',
  };
}

export function queryStatusOf(record: QueryRecord): QueryStatus {
  return polledStatusOf({ ...record, scope: record.plan.tenant });
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

/** Adds the place of an enqueued query to its status. */
export function withPlace<Status extends QueryStatus>(status: Status, place: QueueView | undefined): Status {
  return place === undefined ? status : { ...status, queue: place };
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

export function queryParamsOf({ dimensions, metrics, range, timeUnit, timeZone, output }: Plan): QueryParams {
  return {
    dimensions: [...dimensions],
    metrics: metrics.map(metricText),
    startTimestamp: new Date(range.startMs).toISOString(),
    endTimestamp: new Date(range.endExclusiveMs).toISOString(),
    ...(timeUnit === null ? {} : { timeUnit }),
    ...(timeZone === undefined ? {} : { timeZone: timeZone.name }),
    outputFormat: output.format,
  };
}

function metricText(planned: PlannedMetric): string {
  const { metric, alias } = planned;
  const name = functionName(planned);
  return `name:${metric},${name === null ? '' : `func:${name},`}alias:${alias}`;
}

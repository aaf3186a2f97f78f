import type { ListedQuery, QueryParams, QueryStatus } from '@hourglass/contract';
import type { Plan, PlannedMetric } from '@hourglass/query';
import type { PolledQuery, QueryRecord, QueryScope } from '@hourglass/reports';

/** The answer to a submission: `error` is the text "false" here, and there is no `updated` yet. */
export function submittedStatus(record: QueryRecord): QueryStatus {
  return {
    self: selfOf(record.id, record.plan.tenant),
    created: isoSeconds(record.createdAt),
    state: record.state,
    error: 'false',
  };
}

export function queryStatusOf(record: QueryRecord): QueryStatus {
  return polledStatusOf(record, record.plan.tenant);
}

/** A query as a poll shows it. */
export function polledStatusOf(query: PolledQuery, scope: QueryScope): QueryStatus {
  const { state, result, failure } = query;
  const self = selfOf(query.id, scope);
  return {
    self,
    state,
    created: isoSeconds(query.createdAt),
    updated: isoSeconds(query.updatedAt),
    progress: query.progressPercent,
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

/** A query as the list shows it: also who submitted it, and what it asks for. */
export function listedQueryOf(record: QueryRecord): ListedQuery {
  return {
    ...queryStatusOf(record),
    userId: record.submittedBy,
    queryParams: queryParamsOf(record.plan),
  };
}

function queryParamsOf({ dimensions, metrics, range, timeUnit, output }: Plan): QueryParams {
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

function selfOf(id: string, { organization, environment }: QueryScope): string {
  return `/organizations/${organization}/environments/${environment}/queries/${id}`;
}

function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

import { defaultDataset } from '@hourglass/query';
import type { FieldFault } from '../errors.ts';
import type { ReportDefinition, ReportRequest } from './saved-report.ts';

export interface ReportQuery {
  readonly dataset: string;
  readonly request: ReportRequest;
  /** Names the member of the definition in a fault of the request. */
  readonly locate: (fault: FieldFault) => FieldFault;
}

/** Makes the query of a saved report. Its names and values are not checked. */
export function reportQueryOf({ query, ...definition }: ReportDefinition): ReportQuery {
  if (query === undefined) {
    return { dataset: defaultDataset, request: apigeeRequest(definition), locate: locateInApigeeForm };
  }
  const { dataset = defaultDataset, ...request } = query;
  return { dataset, request, locate: locateInQuery };
}

function apigeeRequest({
  metrics,
  dimensions,
  ...definition
}: Omit<ReportDefinition, 'query'>): ReportRequest {
  const { filter, timeUnit, fromTime, toTime } = definition;
  const limits = [definition.limit, definition.topk].filter(isGiven).map(Number);
  const columns = definition.sortByCols ?? [];
  const direction = definition.sortOrder?.toLowerCase() === 'asc' ? 'asc' : 'desc';
  return {
    ...(metrics === undefined ? {} : { metrics: metrics.map(withoutEmptyFunction) }),
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(isGiven(filter) ? { filter } : {}),
    ...(isGiven(timeUnit) ? { groupByTimeUnit: timeUnit } : {}),
    ...(limits.length > 0 ? { limit: Math.min(...limits) } : {}),
    ...(columns.length > 0
      ? { orderBy: columns.map((name) => ({ column: columnOf(name, metrics), direction })) }
      : {}),
    ...(isGiven(fromTime) || isGiven(toTime)
      ? { timeRange: { start: isoTime(fromTime), end: isoTime(toTime) } }
      : {}),
  };
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

type Metrics = NonNullable<ReportDefinition['metrics']>;

function withoutEmptyFunction({ name, function: ofMetric }: Metrics[number]): Metrics[number] {
  return isGiven(ofMetric) ? { name, function: ofMetric } : { name };
}

/** Returns the output column that a sort column means: `message_count` and `sum(message_count)` mean `sum_message_count`. */
function columnOf(sortColumn: string, metrics: Metrics = []): string {
  const sorted = metrics.find(
    ({ name, function: ofMetric }) => sortColumn === name || sortColumn === `${ofMetric}(${name})`,
  );
  if (sorted === undefined) return sortColumn;
  return isGiven(sorted.function) ? `${sorted.function}_${sorted.name}` : sorted.name;
}

const maxTimeMs = 8_640_000_000_000_000;

/** Another text stays as it is, so that the planner says what is wrong with it. */
function isoTime(text = ''): string {
  const ms = Number(text);
  return /^\d+$/.test(text) && ms <= maxTimeMs ? new Date(ms).toISOString() : text;
}

function locateInQuery({ field, message }: FieldFault): FieldFault {
  return { field: `query.${field}`, message };
}

function locateInApigeeForm({ field, message }: FieldFault): FieldFault {
  const located = field
    .replace(/^groupByTimeUnit$/, 'timeUnit')
    .replace(/^orderBy(\[\d+\])?.*$/, 'sortByCols$1')
    .replace(/^timeRange(\.start)?$/, 'fromTime')
    .replace(/^timeRange\.end$/, 'toTime');
  return { field: located, message };
}

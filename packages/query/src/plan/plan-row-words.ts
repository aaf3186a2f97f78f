import type { ColumnType, Dataset } from '../catalogue/dataset.ts';
import { readHaving } from '../filter/read-filter.ts';
import { countBuckets } from './count-buckets.ts';
import { outputColumnTypes } from './output-columns.ts';
import type { Plan, PlannedMetric, ReportFault, TimeRange } from './plan.ts';
import { planOrderBy } from './plan-order-by.ts';
import type { QueryRequest } from './request.ts';

/** Bounds the rows that a report without facts can have. */
const maxFilledBuckets = 100_000;

/** The words of a request, with the members that they depend on. */
type RequestedWords = Pick<
  QueryRequest,
  'orderBy' | 'having' | 'others' | 'fillGaps' | 'compareTo' | 'limit'
>;
export type RowWords = Pick<Plan, 'orderBy' | 'having' | 'others' | 'fillGaps'>;

export interface GroupedColumns extends Pick<
  Plan,
  'dimensions' | 'timeUnit' | 'utcOffsetMinutes' | 'timeZone' | 'limitRows' | 'comparedRange'
> {
  /** Null: faulty, and reported. */
  readonly range: TimeRange | null;
  readonly metrics: readonly (PlannedMetric | null)[];
}

/** Plans the words that select, order and add rows after grouping. Reports faults. */
export function planRowWords(
  request: RequestedWords,
  columns: GroupedColumns,
  dataset: Dataset,
  report: ReportFault,
): RowWords {
  const types = columnTypes(columns, dataset);
  const orderBy =
    request.orderBy === undefined
      ? undefined
      : planOrderBy(request.orderBy, types === null ? null : [...types.keys()], report);
  return {
    ...(orderBy === undefined ? {} : { orderBy }),
    ...having(request, types, report),
    ...others(request, columns, report),
    ...fillGaps(request, columns, report),
  };
}

/** The types of the output columns, or null if a metric is faulty, so that names are unknown. */
function columnTypes(
  { metrics, ...rest }: GroupedColumns,
  dataset: Dataset,
): ReadonlyMap<string, ColumnType> | null {
  const planned = metrics.filter((metric) => metric !== null);
  if (planned.length < metrics.length) return null;
  return outputColumnTypes({ plan: { ...rest, metrics: planned }, dataset });
}

function having(
  { having: text }: RequestedWords,
  types: ReadonlyMap<string, ColumnType> | null,
  report: ReportFault,
): Pick<Plan, 'having'> {
  if (text === undefined || types === null) return {};
  const result = readHaving(text, types);
  if (result.ok) return { having: result.filter };
  report('having', result.message);
  return {};
}

function others(
  { others: requested, ...request }: RequestedWords,
  { dimensions, timeUnit, limitRows }: GroupedColumns,
  report: ReportFault,
): Pick<Plan, 'others'> {
  if (requested !== true) return {};
  const fault = (message: string) => report('others', message);
  if (request.limit === undefined) fault('there is no limit, so no row is left; expected a limit');
  else if (dimensions.length === 0)
    fault('there are no dimensions, so no row is left; expected at least one');
  else if (timeUnit !== null) fault('the other rows have no bucket in common; expected no time unit');
  else if (request.compareTo !== undefined) fault('the other rows cannot be compared; expected no compareTo');
  return limitRows === null ? {} : { others: true };
}

function fillGaps(
  { fillGaps: requested }: RequestedWords,
  { range, ...columns }: GroupedColumns,
  report: ReportFault,
): Pick<Plan, 'fillGaps'> {
  if (requested !== true) return {};
  if (columns.timeUnit === null) {
    report('fillGaps', 'there are no buckets; expected a time unit');
    return {};
  }
  const buckets = range === null ? 0 : countBuckets(range, columns);
  if (buckets > maxFilledBuckets)
    report(
      'fillGaps',
      `the range has ${buckets} buckets; expected at most ${maxFilledBuckets} with fillGaps`,
    );
  return { fillGaps: true };
}

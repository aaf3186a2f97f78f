import type { ColumnType, Dataset, NumericType } from '../catalogue/dataset.ts';
import type { ZoneOffset } from '../time/zone-offset.ts';
import { getDimension, resolveMetricSource } from '../catalogue/look-up.ts';
import type { Plan, PlannedMetric } from './plan.ts';
import { isDistinctFunction, isPercentileFunction } from './plan-function.ts';

/** The shown value of a dimension without a value. */
export const notSetText = '(not set)';

/**
 * A column of the report. The engine delivers `text` as strings and `float` as numbers. Integers
 * and times are text in the contract; the compiled statement formats them.
 */
export interface OutputColumn {
  readonly name: string;
  readonly kind: 'text' | 'float';
  /** The type of the value that a text shows. Absent: it shows a text. */
  readonly shows?: ShownType;
  /** Offsets of the zone in which a bucket is shown. Absent: in UTC. */
  readonly offsets?: readonly ZoneOffset[];
  /** A text that may be null, and is never empty: a whole number. */
  readonly isDigits?: boolean;
}

/**
 * Types of values that reports show as text: `bucket` is a time to the second, `timestamp` one to the
 * millisecond.
 */
export type ShownType = 'integer' | 'boolean' | 'bucket' | 'timestamp';

/** The parts of a plan that decide the columns of its report. */
export interface GroupedPlan {
  readonly plan: Pick<
    Plan,
    'metrics' | 'dimensions' | 'timeUnit' | 'timeZone' | 'perFact' | 'others' | 'comparedRange'
  >;
  readonly dataset: Dataset;
}

/**
 * Returns the columns of the report in order: metrics and dimensions as requested, then the time
 * column. That is named after the time unit, or `timestamp` if every fact is a row. `compileReport`
 * names the same columns `c0`, `c1`, … Throws if the dataset does not have a name of the plan.
 */
export function outputColumns(grouped: GroupedPlan): readonly OutputColumn[] {
  const { plan } = grouped;
  return [
    ...plan.metrics.flatMap((metric) => metricColumns(metric, grouped)),
    ...plan.dimensions.map((name) => dimensionColumn(name, grouped)),
    ...timeColumns(plan),
  ];
}

/** A column with the value `(others)` is a text, whatever its other values are. */
function dimensionColumn(name: string, { plan, dataset }: GroupedPlan): OutputColumn {
  const { source } = getDimension(dataset, name);
  return source.kind === 'column' && source.type !== 'text' && plan.others === undefined
    ? { name, kind: 'text', shows: source.type }
    : { name, kind: 'text' };
}

/** Returns the names of the columns with values of metrics, which come first. */
export function metricColumnNames({
  metrics,
  comparedRange,
}: Pick<Plan, 'metrics' | 'comparedRange'>): readonly string[] {
  const suffixes = metricSuffixes(comparedRange !== undefined);
  return metrics.flatMap(({ alias }) => suffixes.map((suffix) => `${alias}${suffix}`));
}

/** Returns the types in which the values of the output columns compare, in their order. */
export function outputColumnTypes(grouped: GroupedPlan): ReadonlyMap<string, ColumnType> {
  const { others: _, ...plan } = grouped.plan;
  return new Map(outputColumns({ ...grouped, plan }).map((column) => [column.name, columnTypeOf(column)]));
}

function columnTypeOf({ kind, shows }: OutputColumn): ColumnType {
  if (kind === 'float' || shows === undefined) return kind;
  return shows === 'bucket' ? 'timestamp' : shows;
}

/** Ends the names of columns with relative changes. */
export const changeSuffix = '_change';

/** Returns the ends of the names of a metric's columns, in their order. */
export function metricSuffixes(isCompared: boolean): readonly string[] {
  return isCompared ? ['', '_previous', changeSuffix] : [''];
}

function metricColumns(metric: PlannedMetric, { plan, dataset }: GroupedPlan): readonly OutputColumn[] {
  const kind = isFloatMetric(metric, dataset)
    ? ({ kind: 'float' } as const)
    : ({ kind: 'text', shows: 'integer', isDigits: true } as const);
  const names = metricColumnNames({ ...plan, metrics: [metric] });
  return names.map((name, index) => (index < 2 ? { name, ...kind } : { name, kind: 'float' }));
}

function timeColumns({ timeUnit, timeZone, perFact }: GroupedPlan['plan']): readonly OutputColumn[] {
  if (perFact !== undefined) return [{ name: 'timestamp', kind: 'text', shows: 'timestamp' }];
  if (timeUnit === null) return [];
  const zone = timeZone === undefined ? {} : { offsets: timeZone.offsets };
  return [{ name: timeUnit, kind: 'text', shows: 'bucket', ...zone }];
}

/**
 * Returns whether values of the metric are floats. Whole numbers are not; an operation keeps them
 * whole unless it divides or its value has a decimal point. Throws if the dataset has no such
 * metric.
 */
export function isFloatMetric(planned: PlannedMetric, dataset: Dataset): boolean {
  const { operation, part } = planned;
  if (part?.of === 'share') return true;
  if (operation !== undefined && (operation.operator === '/' || operation.value.includes('.'))) return true;
  // Decimals are shown as floats.
  return aggregateType(planned, dataset) !== 'integer';
}

/** The type of the values of a metric, which are shown as floats or as whole numbers. */
export function metricType(planned: PlannedMetric, dataset: Dataset): NumericType {
  const { operation, part } = planned;
  if (part?.of !== 'share' && operation === undefined) return aggregateType(planned, dataset);
  return isFloatMetric(planned, dataset) ? 'float' : 'integer';
}

/** The type of a metric before its operation and the division by a whole. */
export function aggregateType(planned: PlannedMetric, dataset: Dataset): NumericType {
  if (isDistinctFunction(planned.function)) return 'integer';
  if (isPercentileFunction(planned.function)) return 'float';
  const source = resolveMetricSource(dataset, planned.metric);
  switch (source.kind) {
    case 'column':
      return planned.function === 'avg' ? 'float' : source.type;
    case 'distinct':
      return 'integer';
    case 'rate':
    case 'percent':
      return 'float';
    default:
      return source satisfies never;
  }
}

import type { Dataset } from '../catalogue/dataset.ts';
import { getDimension, resolveMetricSource } from '../catalogue/look-up.ts';
import type { BoundPlan } from './bound-plan.ts';
import type { Plan, PlannedMetric } from './plan.ts';

/**
 * A column of the report. The engine delivers `text` as strings and `float` as numbers. Integers
 * and times are text in the contract; the compiled statement formats them.
 */
export interface OutputColumn {
  readonly name: string;
  readonly kind: 'text' | 'float';
  /** The type of the value that a text shows. Absent: it shows a text. */
  readonly shows?: ShownType;
  /** A text that may be null, and is never empty: a whole number. */
  readonly isDigits?: boolean;
}

/** Types of values that reports show as text. */
export type ShownType = 'integer' | 'boolean' | 'timestamp';

/**
 * Returns the columns of the report in order: metrics and dimensions as requested, then the time
 * column. That is named after the time unit, or `timestamp` if every fact is a row. `compileReport`
 * names the same columns `c0`, `c1`, … Throws if the dataset does not have a name of the plan.
 */
export function outputColumns({ plan, dataset }: BoundPlan): readonly OutputColumn[] {
  const columns: OutputColumn[] = plan.metrics.map((metric) => ({
    name: metric.alias,
    ...(isFloatMetric(metric, dataset)
      ? { kind: 'float' }
      : { kind: 'text', shows: 'integer', isDigits: true }),
  }));
  for (const name of plan.dimensions) columns.push(dimensionColumn(name, dataset));
  const time = timeColumn(plan);
  if (time !== null) columns.push({ name: time, kind: 'text', shows: 'timestamp' });
  return columns;
}

function dimensionColumn(name: string, dataset: Dataset): OutputColumn {
  const { source } = getDimension(dataset, name);
  return source.kind === 'column' && source.type !== 'text'
    ? { name, kind: 'text', shows: source.type }
    : { name, kind: 'text' };
}

function timeColumn({ timeUnit, perFact }: Plan): string | null {
  return perFact === undefined ? timeUnit : 'timestamp';
}

/**
 * Returns whether values of the metric are floats. Whole numbers are not; an operation keeps them
 * whole unless it divides or its value has a decimal point. Throws if the dataset has no such
 * metric.
 */
export function isFloatMetric(planned: PlannedMetric, dataset: Dataset): boolean {
  const { operation } = planned;
  if (operation !== undefined && (operation.operator === '/' || operation.value.includes('.'))) return true;
  return isFloatAggregate(planned, dataset);
}

function isFloatAggregate(planned: PlannedMetric, dataset: Dataset): boolean {
  const source = resolveMetricSource(dataset, planned.metric);
  switch (source.kind) {
    case 'column':
      return source.type !== 'integer' || planned.function === 'avg';
    case 'distinct':
      return false;
    case 'rate':
    case 'percent':
      return true;
    default:
      return source satisfies never;
  }
}

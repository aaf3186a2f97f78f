import { type PartialAggregate, partialsOfFunction } from '../catalogue/dataset.ts';
import { getDimension, resolveMetricSource } from '../catalogue/look-up.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { isDistinctFunction, isPercentileFunction } from '../plan/plan-function.ts';
import type { PlannedMetric } from '../plan/plan.ts';

/** The columns by which a report groups facts or counts their values, and the aggregates of others. */
export interface FactsRead {
  readonly keys: readonly string[];
  readonly measures: readonly MeasureRead[];
}

export interface MeasureRead {
  readonly column: string;
  readonly aggregate: PartialAggregate;
}

/** Returns what a report reads of its facts, apart from their times. Null if a metric needs single facts. */
export function factsRead(boundPlan: BoundPlan): FactsRead | null {
  const { plan } = boundPlan;
  const read = plan.metrics.map((metric) => readByMetric(metric, boundPlan));
  const complete = read.filter((one) => one !== null);
  if (complete.length < read.length) return null;
  const dimensions = plan.dimensions.filter((name) => isColumn(name, boundPlan));
  return {
    keys: [...dimensions, ...complete.flatMap(({ keys }) => keys)],
    measures: complete.flatMap(({ measures }) => measures),
  };
}

/**
 * Returns the aggregates from which metrics are computed to the last digit. Null if one of them needs single facts,
 * distinct values, or a sum of floats, whose last digit depends on their order.
 */
export function measuresRead(
  metrics: readonly PlannedMetric[],
  boundPlan: BoundPlan,
): readonly MeasureRead[] | null {
  const isAdded = (metric: PlannedMetric) => !isDistinct(metric, boundPlan) && !sumsFloats(metric, boundPlan);
  const read = metrics.map((metric) => (isAdded(metric) ? readByMetric(metric, boundPlan) : null));
  const complete = read.filter((one) => one !== null);
  return complete.length < read.length ? null : complete.flatMap(({ measures }) => measures);
}

function isDistinct({ metric, function: name }: PlannedMetric, { dataset }: BoundPlan): boolean {
  return isDistinctFunction(name) || resolveMetricSource(dataset, metric).kind === 'distinct';
}

function sumsFloats({ metric, function: name }: PlannedMetric, { dataset }: BoundPlan): boolean {
  const source = resolveMetricSource(dataset, metric);
  return source.kind === 'column' && source.type === 'float' && name !== 'min' && name !== 'max';
}

function readByMetric({ metric, function: name }: PlannedMetric, boundPlan: BoundPlan): FactsRead | null {
  if (name === 'approx_distinct') return null;
  if (isDistinctFunction(name))
    return { keys: [metric].filter((key) => isColumn(key, boundPlan)), measures: [] };
  if (isPercentileFunction(name)) return null;
  const source = resolveMetricSource(boundPlan.dataset, metric);
  switch (source.kind) {
    case 'column': {
      if (name === null) return null;
      const aggregates = partialsOfFunction[name];
      return { keys: [], measures: aggregates.map((aggregate) => ({ column: source.column, aggregate })) };
    }
    case 'distinct':
      return { keys: [source.column], measures: [] };
    case 'rate':
      return { keys: [], measures: [sumOf(source.column)] };
    case 'percent':
      return { keys: [], measures: [sumOf(source.part), sumOf(source.whole)] };
    default:
      return source satisfies never;
  }
}

function sumOf(column: string): MeasureRead {
  return { column, aggregate: 'sum' };
}

/** The other dimensions are derived from the time of a fact or from its environment. */
function isColumn(name: string, { dataset }: BoundPlan): boolean {
  return getDimension(dataset, name).source.kind === 'column';
}

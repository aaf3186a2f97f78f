import { type RawBuilder, sql } from 'kysely';
import type {
  AggregateFunction,
  Dataset,
  DistinctFunction,
  NumericType,
  PartialAggregate,
} from '../catalogue/dataset.ts';
import {
  getFilterSource,
  metricColumns,
  type ResolvedMetricSource,
  resolveMetricSource,
} from '../catalogue/look-up.ts';
import { aggregateType, isFloatMetric, metricType } from '../plan/output-columns.ts';
import type { Operator, Plan, PlannedMetric } from '../plan/plan.ts';
import { isDistinctFunction, isPercentileFunction } from '../plan/plan-function.ts';
import type { PlanFrame } from './compile-dimension.ts';
import { compileFactValue } from './compile-fact-value.ts';
import { metricValue } from './converted-amount.ts';
import { inDialect } from './dialect/dialect.ts';
import { measureName } from './measure-name.ts';

const operatorSigns: Record<Operator, RawBuilder<unknown>> = {
  '+': sql.raw('+'),
  '-': sql.raw('-'),
  '*': sql.raw('*'),
  '/': sql.raw('/'),
  '%': sql.raw('%'),
};

/** Factors from calls per millisecond. */
const rateFactors = { second: sql.raw('1000'), minute: sql.raw('60000') };

export interface MetricContext {
  readonly dataset: Dataset;
  /** Length of the bucket in milliseconds, BIGINT. */
  readonly lengthMs: RawBuilder<unknown>;
  /** Whether each fact is a row. */
  readonly perFact: boolean;
  readonly plan: PlanFrame & Pick<Plan, 'metrics' | 'targetCurrency'>;
  /** Whether the relation has aggregates of facts, as in `BoundPlan`. */
  readonly readsPartials: boolean;
}

/**
 * Compiles a metric with its operation to a number, which is exact unless the column is a float.
 * Null if no fact has a value. Throws if the dataset has no such metric, or if the metric lacks a
 * function that it needs.
 */
export function compileMetric(planned: PlannedMetric, context: MetricContext): RawBuilder<unknown> {
  return operate(compileAggregate(planned, context), planned, context.dataset);
}

/** Applies the operation of a metric, if it has one. */
export function operate(
  aggregate: RawBuilder<unknown>,
  planned: PlannedMetric,
  dataset: Dataset,
): RawBuilder<unknown> {
  if (planned.operation === undefined) return aggregate;
  const { operator, value } = planned.operation;
  const operand = (type: RawBuilder<unknown>) => sql`${operatorSigns[operator]} cast(${value} as ${type})`;
  if (!isFloatMetric(planned, dataset)) {
    // Both operands have one type, so that 128 bits are available before a multiplication.
    const wide = inDialect(({ wideInteger }) => wideInteger);
    return sql`cast(${aggregate} as ${wide}) ${operand(wide)}`;
  }
  const type = planned.part?.of === 'share' ? 'float' : aggregateType(planned, dataset);
  return sql`${toDouble(aggregate, type)} ${operand(sql.raw('double'))}`;
}

/** Casts to DOUBLE. */
export function toDouble(value: RawBuilder<unknown>, type: NumericType): RawBuilder<unknown> {
  return inDialect((dialect) => dialect.toDouble(value, type));
}

/** The aggregate of no facts, if it is a number: of a sum, a count and a rate. */
export function zeroOf(
  { metric, function: name }: PlannedMetric,
  dataset: Dataset,
): RawBuilder<unknown> | null {
  if (name === 'sum' || isDistinctFunction(name)) return sql`0`;
  if (name !== null) return null;
  return resolveMetricSource(dataset, metric).kind === 'percent' ? null : sql`0`;
}

/**
 * Casts a value of `compileMetric` to the type of its output column: VARCHAR for integers, because
 * sums can exceed DOUBLE and BIGINT, and DOUBLE for floats.
 */
export function showMetric(
  value: RawBuilder<unknown>,
  planned: PlannedMetric,
  dataset: Dataset,
): RawBuilder<unknown> {
  return isFloatMetric(planned, dataset)
    ? toDouble(value, metricType(planned, dataset))
    : sql`cast(${value} as varchar)`;
}

function compileAggregate(planned: PlannedMetric, context: MetricContext): RawBuilder<unknown> {
  const { dataset, lengthMs, perFact } = context;
  const { function: name } = planned;
  if (isDistinctFunction(name)) return compileDistinct(planned.metric, name, context);
  const source = resolveMetricSource(dataset, planned.metric);
  switch (source.kind) {
    case 'column':
      if (planned.percentile !== undefined) return compilePercentile(planned, source, context);
      if (name !== null && !isPercentileFunction(name))
        return applyFunction(name, aggregatesOf(source.column, context), source.type);
      if (perFact) return metricValue(source.column, context);
      throw new Error(`the metric "${planned.metric}" needs a function`);
    case 'percent':
      return compilePercent(source, context);
    case 'distinct':
      return sql`count(distinct ${sql.ref(source.column)})`;
    case 'rate':
      // Both operands are integers, so that the result is rounded only once.
      return sql`${toDouble(sql`${aggregatesOf(source.column, context).sum('integer')} * ${rateFactors[source.per]}`, 'integer')} / ${lengthMs}`;
    default:
      return source satisfies never;
  }
}

/**
 * Multiplies as a decimal, so that 7 of 100 is 7.0 and not 7.000000000000001. Null if the whole is
 * 0.
 */
function compilePercent(
  { part, whole }: Extract<ResolvedMetricSource, { kind: 'percent' }>,
  context: MetricContext,
): RawBuilder<unknown> {
  const total = (name: string) =>
    context.perFact ? metricValue(name, context) : aggregatesOf(name, context).sum('decimal');
  const hundredfold = inDialect((dialect) => dialect.hundredfold(total(part)));
  return sql`${toDouble(hundredfold, 'decimal')} / nullif(${toDouble(total(whole), 'decimal')}, 0)`;
}

function compileDistinct(
  dimension: string,
  name: DistinctFunction,
  { dataset, plan }: MetricContext,
): RawBuilder<unknown> {
  const value = compileFactValue(getFilterSource(dataset, dimension), plan);
  return name === 'count_distinct'
    ? sql`count(distinct ${value})`
    : inDialect((dialect) => dialect.approxCountDistinct(value));
}

/** Compiles a percentile together with the others of its column, which can share its sorted values. */
function compilePercentile(
  { function: name, percentile = 0 }: PlannedMetric,
  { column, type }: Extract<ResolvedMetricSource, { kind: 'column' }>,
  context: MetricContext,
): RawBuilder<unknown> {
  const { dataset, plan } = context;
  const percentiles = plan.metrics.flatMap((other) =>
    other.percentile !== undefined &&
    other.function === name &&
    metricColumns(dataset, other.metric).includes(column)
      ? [other.percentile]
      : [],
  );
  const choice = {
    column: metricValue(column, context),
    type,
    percentiles: [...new Set(percentiles)],
    percentile,
  };
  return inDialect((dialect) =>
    name === 'percentile' ? dialect.percentile(choice) : dialect.approxPercentile(choice),
  );
}

/** The aggregates of a column, of facts or of their partials. */
interface ColumnAggregates {
  readonly sum: (type: NumericType) => RawBuilder<unknown>;
  readonly count: () => RawBuilder<unknown>;
  readonly min: () => RawBuilder<unknown>;
  readonly max: () => RawBuilder<unknown>;
}

function aggregatesOf(column: string, context: MetricContext): ColumnAggregates {
  if (context.readsPartials) {
    const kept = (aggregate: PartialAggregate) => sql.ref(measureName(column, aggregate));
    return {
      sum: (type) => sumOf(kept('sum'), type),
      count: () => sumOf(kept('count'), 'integer'),
      min: () => sql`min(${kept('min')})`,
      max: () => sql`max(${kept('max')})`,
    };
  }
  const value = metricValue(column, context);
  return {
    sum: (type) => sumOf(value, type),
    count: () => sql`count(${value})`,
    min: () => sql`min(${value})`,
    max: () => sql`max(${value})`,
  };
}

function applyFunction(
  name: Exclude<AggregateFunction, 'percentile' | 'approx_percentile'>,
  { sum, count, min, max }: ColumnAggregates,
  type: NumericType,
): RawBuilder<unknown> {
  switch (name) {
    case 'sum':
      return sum(type);
    case 'min':
      return min();
    case 'max':
      return max();
    case 'avg':
      // Not avg(), which adds doubles: the last digits would depend on the order of rows.
      return sql`${toDouble(sum(type), type)} / ${count()}`;
    default:
      return name satisfies never;
  }
}

/** Sums a column. For floats the order of rows changes at most the last digit. */
export function sumOf(column: RawBuilder<unknown>, type: NumericType): RawBuilder<unknown> {
  return inDialect((dialect) => dialect.sum(column, type));
}

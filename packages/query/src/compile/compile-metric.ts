import { type RawBuilder, sql } from 'kysely';
import type { AggregateFunction, Dataset, NumericType } from '../catalogue/dataset.ts';
import { type ResolvedMetricSource, resolveMetricSource } from '../catalogue/look-up.ts';
import { isFloatMetric } from '../plan/output-columns.ts';
import type { Operation, Operator, PlannedMetric } from '../plan/plan.ts';

const operatorSigns: Record<Operator, RawBuilder<unknown>> = {
  '+': sql.raw('+'),
  '-': sql.raw('-'),
  '*': sql.raw('*'),
  '/': sql.raw('/'),
  '%': sql.raw('%'),
};

/** By how much calls per millisecond are multiplied. */
const rateFactors = { second: sql.raw('1000'), minute: sql.raw('60000') };

export interface MetricContext {
  readonly dataset: Dataset;
  /** Of the bucket. */
  readonly lengthMs: RawBuilder<unknown>;
  /** Whether every fact is a row. */
  readonly perFact: boolean;
}

/**
 * The aggregate behind an output column, calculated with: a number that is exact where the column's text is. Null when no
 * fact has a value. Throws when the dataset has no such metric, or the metric and the function do not go together.
 */
export function compileMetric(planned: PlannedMetric, context: MetricContext): RawBuilder<unknown> {
  const aggregate = compileAggregate(planned, context);
  if (planned.operation === undefined) return aggregate;
  const type = sql.raw(isFloatMetric(planned, context.dataset) ? 'double' : 'hugeint');
  return compileOperation(aggregate, planned.operation, type);
}

/**
 * The value of `compileMetric` as the output column has it: VARCHAR for integers, which keeps every digit of a sum that
 * a DOUBLE or a BIGINT could not, DOUBLE for the rest.
 */
export function showMetric(
  value: RawBuilder<unknown>,
  planned: PlannedMetric,
  dataset: Dataset,
): RawBuilder<unknown> {
  return sql`cast(${value} as ${sql.raw(isFloatMetric(planned, dataset) ? 'double' : 'varchar')})`;
}

/** Both sides are of one type, so that 128 bits are there before anything is multiplied. */
function compileOperation(
  aggregate: RawBuilder<unknown>,
  { operator, value }: Operation,
  type: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`cast(${aggregate} as ${type}) ${operatorSigns[operator]} cast(${value} as ${type})`;
}

function compileAggregate(
  planned: PlannedMetric,
  { dataset, lengthMs, perFact }: MetricContext,
): RawBuilder<unknown> {
  const source = resolveMetricSource(dataset, planned.metric);
  switch (source.kind) {
    case 'column':
      if (planned.function !== null)
        return applyFunction(planned.function, sql.ref(source.column), source.type);
      if (perFact) return sql.ref(source.column);
      throw new Error(`the metric "${planned.metric}" needs a function`);
    case 'percent':
      return compilePercent(source, perFact);
    case 'distinct':
      return sql`count(distinct ${sql.ref(source.column)})`;
    case 'rate':
      // Both sides are whole numbers, so that there is one rounding.
      return sql`cast(sum(${sql.ref(source.column)}) * ${rateFactors[source.per]} as double) / ${lengthMs}`;
    default:
      return source satisfies never;
  }
}

/** Multiplied as a decimal, so that 7 of 100 are 7.0 and not 7.000000000000001. Null of nothing. */
function compilePercent(
  { part, whole }: Extract<ResolvedMetricSource, { kind: 'percent' }>,
  perFact: boolean,
): RawBuilder<unknown> {
  const total = (name: string) => (perFact ? sql.ref(name) : sql`sum(${sql.ref(name)})`);
  const hundredfold = sql`cast(${total(part)} * cast(100 as decimal(3, 0)) as double)`;
  return sql`${hundredfold} / nullif(cast(${total(whole)} as double), 0)`;
}

function applyFunction(
  name: AggregateFunction,
  column: RawBuilder<unknown>,
  type: NumericType,
): RawBuilder<unknown> {
  // Floats are added up with the rounding error carried along (Kahan): the order of rows moves the last digit at most.
  const sum = type === 'float' ? sql`fsum(${column})` : sql`sum(${column})`;
  switch (name) {
    case 'sum':
      return sum;
    case 'min':
      return sql`min(${column})`;
    case 'max':
      return sql`max(${column})`;
    case 'avg':
      // From the sum, not avg(): adding up doubles would let the last digits depend on the order of rows.
      return sql`cast(${sum} as double) / count(${column})`;
    default:
      return name satisfies never;
  }
}

import { type RawBuilder, sql } from 'kysely';
import type { AggregateFunction, Dataset } from '../catalogue/dataset.ts';
import { measuredSource } from '../catalogue/look-up.ts';
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

/**
 * The aggregate behind an output column, calculated with: VARCHAR for integers, which keeps every digit of a sum
 * that a DOUBLE or a BIGINT could not, DOUBLE for the rest. Null when no fact has a value. `lengthMs` is that of
 * the bucket. Throws when the dataset has no such metric, or the metric and the function do not go together.
 */
export function compileMetric(
  planned: PlannedMetric,
  dataset: Dataset,
  lengthMs: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const shownType = sql.raw(isFloatMetric(planned, dataset) ? 'double' : 'varchar');
  return sql`cast(${compileMetricValue(planned, dataset, lengthMs)} as ${shownType})`;
}

/** The same as a number that is exact where the column's text is: what rows are ordered by. */
export function compileMetricValue(
  planned: PlannedMetric,
  dataset: Dataset,
  lengthMs: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const aggregate = compileAggregate(planned, dataset, lengthMs);
  if (planned.operation === undefined) return aggregate;
  const type = sql.raw(isFloatMetric(planned, dataset) ? 'double' : 'hugeint');
  return compileOperation(aggregate, planned.operation, type);
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
  dataset: Dataset,
  lengthMs: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const source = measuredSource(dataset, planned.metric);
  const column = sql.ref(source.column);
  switch (source.kind) {
    case 'column':
      if (planned.function === null) throw new Error(`the metric "${planned.metric}" needs a function`);
      return applyFunction(planned.function, column);
    case 'distinct':
      return sql`count(distinct ${column})`;
    case 'rate':
      // Both sides are whole numbers, so that there is one rounding.
      return sql`cast(sum(${column}) * ${rateFactors[source.per]} as double) / ${lengthMs}`;
    default:
      return source satisfies never;
  }
}

function applyFunction(name: AggregateFunction, column: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (name) {
    case 'sum':
      return sql`sum(${column})`;
    case 'min':
      return sql`min(${column})`;
    case 'max':
      return sql`max(${column})`;
    case 'avg':
      // From the exact sum, not avg(): adding up doubles would let the last digits depend on the order of rows.
      return sql`cast(sum(${column}) as double) / count(${column})`;
    default:
      return name satisfies never;
  }
}

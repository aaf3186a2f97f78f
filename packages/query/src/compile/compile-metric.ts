import { type RawBuilder, sql } from 'kysely';
import type { AggregateFunction, Dataset } from '../catalogue/dataset.ts';
import { measuredSource } from '../catalogue/look-up.ts';
import type { PlannedMetric } from '../plan/plan.ts';

/**
 * The aggregate behind an output column: VARCHAR for integers, which keeps every digit of a sum that a DOUBLE
 * or a BIGINT could not, DOUBLE for the rest. Null when no fact has a value.
 * Throws when the dataset has no such metric, or the metric and the function do not go together.
 */
export function compileMetric(planned: PlannedMetric, dataset: Dataset): RawBuilder<unknown> {
  const source = measuredSource(dataset, planned.metric);
  switch (source.kind) {
    case 'column': {
      if (planned.function === null) throw new Error(`the metric "${planned.metric}" needs a function`);
      const shownType = source.type === 'integer' && planned.function !== 'avg' ? 'varchar' : 'double';
      return aggregate(planned.function, sql.ref(source.column), sql.raw(shownType));
    }
    case 'distinct':
      return sql`cast(count(distinct ${sql.ref(source.column)}) as varchar)`;
    case 'rate':
      throw new Error(`the metric "${planned.metric}" cannot be compiled`);
    default:
      return source satisfies never;
  }
}

function aggregate(
  name: AggregateFunction,
  column: RawBuilder<unknown>,
  shownType: RawBuilder<unknown>,
): RawBuilder<unknown> {
  switch (name) {
    case 'sum':
      return sql`cast(sum(${column}) as ${shownType})`;
    case 'min':
      return sql`cast(min(${column}) as ${shownType})`;
    case 'max':
      return sql`cast(max(${column}) as ${shownType})`;
    case 'avg':
      // From the exact sum, not avg(): adding up doubles would let the last digits depend on the order of rows.
      return sql`cast(sum(${column}) as double) / count(${column})`;
    default:
      return name satisfies never;
  }
}

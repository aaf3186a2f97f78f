import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Dataset } from '../catalogue/dataset.ts';
import type { Plan } from '../plan/plan.ts';
import { compileFilter } from './compile-filter.ts';
import type { Relations } from './sql-builder.ts';
import { timestampValue } from './time-bucket.ts';

/** Selects `columns` as `c0`, `c1`, … of the facts that the plan is about; `query` reads the relation `facts`. */
export function selectFacts(
  query: SelectQueryBuilder<Relations, 'facts', object>,
  plan: Plan,
  dataset: Dataset,
  columns: readonly RawBuilder<unknown>[],
): SelectQueryBuilder<Relations, 'facts', object> {
  const selected = query
    .select(columns.map((column, index) => column.as(`c${index}`)))
    .where('environment_id', '=', sql<number>`cast(${plan.tenant.environmentId} as integer)`)
    .where('timestamp', '>=', timestampValue(plan.range.startMs))
    .where('timestamp', '<', timestampValue(plan.range.endExclusiveMs));
  if (plan.filter === null) return selected;
  return selected.where(compileFilter(plan.filter, dataset, plan.tenant));
}

/** A number of rows. */
export function count(rows: number): RawBuilder<number> {
  return sql<number>`cast(${rows} as bigint)`;
}

import type { RawBuilder } from 'kysely';
import type { Plan } from '../plan/plan.ts';
import type { FactsQuery } from './reported-facts.ts';

/** Orders by the keys in ascending order, nulls last. */
export function orderByKeys(query: FactsQuery, keys: readonly RawBuilder<unknown>[]): FactsQuery {
  return keys.reduce((sorted, key) => sorted.orderBy(key, (order) => order.asc().nullsLast()), query);
}

/**
 * Returns whether rows are ordered by bucket and each bucket depends only on its own facts. If so,
 * the report of a range can be computed in slices that end at bucket boundaries: the rows of the
 * slices in order are the rows of the report.
 */
export function isOrderedByBucket({ timeUnit, groups, perFact }: Plan): boolean {
  return timeUnit !== null && groups === undefined && perFact === undefined;
}

import type { RawBuilder } from 'kysely';
import type { Plan } from '../plan/plan.ts';
import type { FactsQuery } from './reported-facts.ts';

/** Ascending by the keys in turn, null after every value. */
export function orderByKeys(query: FactsQuery, keys: readonly RawBuilder<unknown>[]): FactsQuery {
  return keys.reduce((sorted, key) => sorted.orderBy(key, (order) => order.asc().nullsLast()), query);
}

/**
 * Whether rows come by their buckets, each of which is made of its own facts alone: then the report of a range that ends
 * where a bucket does, and that of the range behind it, have together the rows of both, in their order.
 */
export function isOrderedByBucket({ timeUnit, groups, perFact }: Plan): boolean {
  return timeUnit !== null && groups === undefined && perFact === undefined;
}

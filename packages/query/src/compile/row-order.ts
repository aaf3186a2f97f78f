import type { RawBuilder } from 'kysely';
import type { FactsQuery } from './reported-facts.ts';

/** Ascending by the keys in turn, null after every value. */
export function inOrder(query: FactsQuery, keys: readonly RawBuilder<unknown>[]): FactsQuery {
  return keys.reduce((sorted, key) => sorted.orderBy(key, (order) => order.asc().nullsLast()), query);
}

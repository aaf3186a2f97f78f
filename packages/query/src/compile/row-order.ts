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
export function isOrderedByBucket(plan: Plan): boolean {
  const { timeUnit, groups, perFact, metrics } = plan;
  if (timeUnit === null || groups !== undefined || perFact !== undefined) return false;
  return (
    !dependsOnOtherBuckets(plan) && metrics.every(({ part }) => part === undefined || part.within === 'time')
  );
}

/** Whether the rows of a report depend on one another or are selected by their values. */
export function isStaged(plan: Plan): boolean {
  const hasParts = plan.metrics.some(({ part }) => part !== undefined);
  return hasParts || plan.having !== undefined || dependsOnOtherBuckets(plan);
}

/** Except for shares of the whole range. */
function dependsOnOtherBuckets({ orderBy, others, comparedRange, fillGaps }: Plan): boolean {
  return [orderBy, others, comparedRange, fillGaps].some((word) => word !== undefined);
}

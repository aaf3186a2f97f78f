import type { DimensionSource, TimestampPart } from '../catalogue/dataset.ts';
import { getDimension } from '../catalogue/look-up.ts';
import type { BoundPlan } from './bound-plan.ts';
import { countBuckets } from './count-buckets.ts';
import type { TimeRange } from './plan.ts';

/** Rows and range of an earlier report with the same dimensions, time unit and filter. */
export interface EarlierReport {
  readonly rows: number;
  readonly range: TimeRange;
}

const valuesOfPart: Readonly<Record<TimestampPart, number>> = {
  day_of_week: 7,
  month_of_year: 12,
  hour_of_day: 24,
  week_of_month: 6,
};

/**
 * Estimates the number of groups of a report, at most the number of facts: from the possible values
 * of its dimensions and its buckets, or else from the groups per bucket of the earlier report.
 * Returns null if neither is known.
 */
export function estimateGroups(
  { plan, dataset }: BoundPlan,
  { facts, earlier }: { readonly facts: number; readonly earlier: EarlierReport | null },
): number | null {
  if (facts === 0 || plan.perFact !== undefined) return facts;
  const buckets = countBuckets(plan.range, plan);
  let combinations: number | null = 1;
  for (const name of plan.dimensions) {
    const values = countPossibleValues(getDimension(dataset, name).source);
    combinations = combinations === null || values === null ? null : combinations * values;
  }
  if (combinations !== null) return Math.min(facts, combinations * buckets);
  if (earlier === null) return null;
  return Math.min(facts, Math.round((earlier.rows * buckets) / countBuckets(earlier.range, plan)));
}

/** Returns null if clients decide the values. */
function countPossibleValues(source: DimensionSource): number | null {
  switch (source.kind) {
    case 'tenant':
      return 1;
    case 'timestamp-part':
      return valuesOfPart[source.part];
    case 'column':
      // True, false and null.
      return source.type === 'boolean' ? 3 : null;
    default:
      return source satisfies never;
  }
}

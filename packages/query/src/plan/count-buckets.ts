import { bucketSeries } from '../time/bucket-series.ts';
import { bucketingOf } from '../time/zone.ts';
import type { Plan, TimeRange } from './plan.ts';

/** Counts the buckets of the plan's time unit that a range overlaps; 1 without a time unit. */
export function countBuckets(
  range: TimeRange,
  plan: Pick<Plan, 'timeUnit' | 'utcOffsetMinutes' | 'timeZone'>,
): number {
  const bucketing = bucketingOf(plan);
  return bucketing === null ? 1 : bucketSeries(bucketing, range).count;
}

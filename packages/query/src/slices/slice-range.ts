import { isOrderedByBucket } from '../compile/row-order.ts';
import type { Plan, TimeRange } from '../plan/plan.ts';
import { bucketRange } from '../time/bucket-range.ts';
import { bucketingOf } from '../time/zone.ts';
import { estimateFacts, rangeOfFirstFacts, type CountedSegment } from './sample-range.ts';

/** Whether a report has enough facts for slices, and rows in the order of buckets. */
export function needsSlices(plan: Plan, segments: readonly CountedSegment[], sliceFacts: number): boolean {
  return isOrderedByBucket(plan) && estimateFacts(segments, plan.range) > 2 * sliceFacts;
}

/** Returns the plan for the range from `startMs` on. Null if it has no rows. */
export function planFrom(plan: Plan | null, startMs: number, limitRows: number | null): Plan | null {
  if (plan === null || startMs >= plan.range.endExclusiveMs || limitRows === 0) return null;
  return { ...plan, limitRows, range: { ...plan.range, startMs } };
}

/** A remainder that would be smaller than half a slice is part of the last one. */
export const remainderGrowth = 1.5;

/**
 * Returns the beginning of the plan's range with about this number of facts, and at least one
 * bucket.
 */
export function sliceRange(plan: Plan, segments: readonly CountedSegment[], facts: number): TimeRange {
  const { range } = plan;
  const bucketing = bucketingOf(plan);
  if (bucketing === null || estimateFacts(segments, range) < remainderGrowth * facts) return range;
  const wantedMs = rangeOfFirstFacts(segments, range, facts).endExclusiveMs;
  const bucket = bucketRange(wantedMs, bucketing);
  const endExclusiveMs = bucket.startMs > range.startMs ? bucket.startMs : bucket.endExclusiveMs;
  return { startMs: range.startMs, endExclusiveMs: Math.min(range.endExclusiveMs, endExclusiveMs) };
}

/**
 * Divides a plan into at most `count` consecutive slices of about as many facts. Their rows in order are the rows of
 * the plan. A slice that ends early, at the start of a bucket, makes the next ones larger instead of adding one.
 */
export function evenSlices(plan: Plan, segments: readonly CountedSegment[], count: number): readonly Plan[] {
  const slices: Plan[] = [];
  let remaining: Plan | null = plan;
  while (remaining !== null) {
    const missing = count - slices.length;
    const facts = estimateFacts(segments, remaining.range) / missing;
    const range = missing > 1 ? sliceRange(remaining, segments, facts) : remaining.range;
    slices.push({ ...remaining, range });
    remaining = planFrom(remaining, range.endExclusiveMs, remaining.limitRows);
  }
  return slices;
}

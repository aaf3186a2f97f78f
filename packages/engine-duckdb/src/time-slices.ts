import { bucketingOf, bucketRange, isOrderedByBucket, type Plan, type TimeRange } from '@hourglass/query';
import { estimateFacts, rangeOfFirstFacts, type CountedSegment } from './sample-range.ts';

/** Divides a report into slices, each with the rows of some buckets. */
export interface TimeSlices {
  /** The plan of all rows that are not written yet. Null when all are written. */
  readonly remaining: Plan | null;
  /** Returns the plan of the next slice, the same one until `recordWritten` is called. */
  next(): Plan;
  /** Records that the slice was written in `tookMs` and had this number of rows. */
  recordWritten(rows: number, tookMs?: number): void;
  /**
   * Returns the completed share of all facts when `shareOfNext` of the next slice is complete.
   * Shares are 0 to 1.
   */
  completedShare(shareOfNext: number): number;
}

/**
 * Maximum growth from one slice to the next, because the facts of the next one may be different.
 */
const maxGrowth = 8;

/** A run can pause between slices only, and another query may wait for it. */
const longestSliceMs = 2_000;

/** Whether a report has enough facts for slices, and rows in the order of buckets. */
export function needsSlices(plan: Plan, segments: readonly CountedSegment[], sliceFacts: number): boolean {
  return isOrderedByBucket(plan) && estimateFacts(segments, plan.range) > 2 * sliceFacts;
}

/**
 * Creates slices that end at bucket ends. The first has about `sliceFacts` facts; later ones are
 * sized to have about `sliceFacts` rows, because memory is used by groups and not by facts, and to take at most two seconds.
 */
export function createTimeSlices(
  plan: Plan,
  segments: readonly CountedSegment[],
  sliceFacts: number,
): TimeSlices {
  const allFacts = estimateFacts(segments, plan.range);
  let remaining: Plan | null = plan;
  let facts = sliceFacts;

  function next(): Plan {
    if (remaining === null) throw new Error('the report is already written completely');
    return { ...remaining, range: sliceRange(remaining, segments, facts) };
  }

  return {
    next,
    get remaining() {
      return remaining;
    },
    recordWritten(rows, tookMs = 0) {
      const { range, limitRows } = next();
      remaining = planFrom(remaining, range.endExclusiveMs, limitRows === null ? null : limitRows - rows);
      const growth = Math.min(
        maxGrowth,
        sliceFacts / Math.max(1, rows),
        longestSliceMs / Math.max(1, tookMs),
      );
      facts = Math.max(sliceFacts / maxGrowth, estimateFacts(segments, range) * growth);
    },
    completedShare(shareOfNext) {
      if (remaining === null || allFacts === 0) return 1;
      const remainingFacts = estimateFacts(segments, remaining.range);
      const nextFacts = estimateFacts(segments, next().range);
      return (allFacts - remainingFacts + shareOfNext * nextFacts) / allFacts;
    },
  };
}

/** Returns the plan for the range from `startMs` on. Null if it has no rows. */
function planFrom(plan: Plan | null, startMs: number, limitRows: number | null): Plan | null {
  if (plan === null || startMs >= plan.range.endExclusiveMs || limitRows === 0) return null;
  return { ...plan, limitRows, range: { ...plan.range, startMs } };
}

/**
 * Returns the beginning of the plan's range with about this number of facts, and at least one
 * bucket.
 */
function sliceRange(plan: Plan, segments: readonly CountedSegment[], facts: number): TimeRange {
  const { range } = plan;
  const bucketing = bucketingOf(plan);
  // A small remainder is not worth a separate slice.
  if (bucketing === null || estimateFacts(segments, range) < 1.5 * facts) return range;
  const wantedMs = rangeOfFirstFacts(segments, range, facts).endExclusiveMs;
  const bucket = bucketRange(wantedMs, bucketing);
  const endExclusiveMs = bucket.startMs > range.startMs ? bucket.startMs : bucket.endExclusiveMs;
  return { startMs: range.startMs, endExclusiveMs: Math.min(range.endExclusiveMs, endExclusiveMs) };
}

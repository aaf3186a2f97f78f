import { bucketRange, isOrderedByBucket, type Plan, type TimeRange } from '@hourglass/query';
import { estimatedFacts, rangeOfFacts, type CountedSegment } from './sample-range.ts';

/** A report that is computed slice by slice, each with the rows of some buckets. */
export interface TimeSlices {
  /** The plan of what has no rows yet; null when all have. */
  readonly rest: Plan | null;
  /** The plan of the next slice, the same until `written` is called. */
  next(): Plan;
  /** So many rows are those of the slice. */
  written(rows: number): void;
  /** Of all facts, when this share of the next slice's is done. */
  share(ofNext: number): number;
}

/** How much longer a slice may be than the one before it: what was seen there may be different behind it. */
const maxChange = 8;

/** A report with fewer facts is computed at once, and so is one whose rows do not come by bucket. */
export function isSliced(plan: Plan, segments: readonly CountedSegment[], sliceFacts: number): boolean {
  return isOrderedByBucket(plan) && estimatedFacts(segments, plan.range) > 2 * sliceFacts;
}

/**
 * Slices of about so many facts at first, and later of so many that there are as many rows in each: groups take the
 * memory, whatever number of facts they are made of. The ends of slices are those of buckets.
 */
export function createTimeSlices(
  plan: Plan,
  segments: readonly CountedSegment[],
  sliceFacts: number,
): TimeSlices {
  const allFacts = estimatedFacts(segments, plan.range);
  let rest: Plan | null = plan;
  let facts = sliceFacts;

  function next(): Plan {
    if (rest === null) throw new Error('all of the report was written');
    return { ...rest, range: sliceRange(rest, segments, facts) };
  }

  return {
    next,
    get rest() {
      return rest;
    },
    written(rows) {
      const { range, limitRows } = next();
      rest = behind(rest, range.endExclusiveMs, limitRows === null ? null : limitRows - rows);
      const change = Math.min(maxChange, sliceFacts / Math.max(1, rows));
      facts = Math.max(sliceFacts / maxChange, estimatedFacts(segments, range) * change);
    },
    share(ofNext) {
      if (rest === null || allFacts === 0) return 1;
      const left = estimatedFacts(segments, rest.range);
      const inNext = estimatedFacts(segments, next().range);
      return (allFacts - left + ofNext * inNext) / allFacts;
    },
  };
}

/** Without what comes before `startMs`; null when no rows are left. */
function behind(plan: Plan | null, startMs: number, limitRows: number | null): Plan | null {
  if (plan === null || startMs >= plan.range.endExclusiveMs || limitRows === 0) return null;
  return { ...plan, limitRows, range: { ...plan.range, startMs } };
}

/** The beginning of the plan's range with about so many facts, and at least one bucket. */
function sliceRange(
  { range, timeUnit, utcOffsetMinutes = 0 }: Plan,
  segments: readonly CountedSegment[],
  facts: number,
): TimeRange {
  // A little more is not worth a slice of its own.
  if (timeUnit === null || estimatedFacts(segments, range) < 1.5 * facts) return range;
  const bucketing = { unit: timeUnit, utcOffsetMinutes };
  const wantedMs = rangeOfFacts(segments, range, facts).endExclusiveMs;
  const bucket = bucketRange(wantedMs, bucketing);
  const endExclusiveMs = bucket.startMs > range.startMs ? bucket.startMs : bucket.endExclusiveMs;
  return { startMs: range.startMs, endExclusiveMs: Math.min(range.endExclusiveMs, endExclusiveMs) };
}

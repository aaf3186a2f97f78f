import { estimateFacts, planFrom, sliceRange, type CountedSegment, type Plan } from '@hourglass/query';
import type { ReportSlices } from './report-slices.ts';

/**
 * Maximum growth from one slice to the next, because the facts of the next one may be different.
 */
const maxGrowth = 8;

/** A run can pause between slices only, and another query may wait for it. */
const longestSliceMs = 2_000;

/**
 * Creates slices that end at bucket ends. The first has about `sliceFacts` facts; later ones are
 * sized to have about `sliceFacts` rows, because memory is used by groups and not by facts, and to take at most two seconds.
 * None has many more facts than `maxSliceFacts`, except of one bucket.
 */
export function createTimeSlices(
  plan: Plan,
  segments: readonly CountedSegment[],
  sliceFacts: number,
  maxSliceFacts = Infinity,
): ReportSlices {
  const allFacts = estimateFacts(segments, plan.range);
  let remaining: Plan | null = plan;
  let facts = Math.min(sliceFacts, maxSliceFacts);

  function next(): Plan {
    if (remaining === null) throw new Error('the report is already written completely');
    return { ...remaining, range: sliceRange(remaining, segments, facts) };
  }

  return {
    next: () => ({ plan: next() }),
    get remaining() {
      return remaining && { plan: remaining };
    },
    get isLast() {
      return next().range.endExclusiveMs === remaining?.range.endExclusiveMs;
    },
    recordWritten(rows, tookMs = 0) {
      const { range, limitRows } = next();
      remaining = planFrom(remaining, range.endExclusiveMs, limitRows === null ? null : limitRows - rows);
      const growth = Math.min(
        maxGrowth,
        sliceFacts / Math.max(1, rows),
        longestSliceMs / Math.max(1, tookMs),
      );
      const wanted = Math.max(sliceFacts / maxGrowth, estimateFacts(segments, range) * growth);
      facts = Math.min(maxSliceFacts, wanted);
    },
    completedShare(shareOfNext) {
      if (remaining === null || allFacts === 0) return 1;
      const remainingFacts = estimateFacts(segments, remaining.range);
      const nextFacts = estimateFacts(segments, next().range);
      return (allFacts - remainingFacts + shareOfNext * nextFacts) / allFacts;
    },
  };
}

import type { TimeRange } from '../plan/plan.ts';

/** A number of facts between two times, both included. */
export interface CountedSegment {
  readonly facts: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/**
 * Estimates the facts of the range, assuming that the facts of a segment are evenly distributed in
 * time.
 */
export function estimateFacts(
  segments: readonly CountedSegment[],
  { startMs, endExclusiveMs }: TimeRange,
): number {
  return segments.reduce((sum, { facts, firstMs, lastMs }) => {
    const sharedMs = Math.min(endExclusiveMs, lastMs + 1) - Math.max(startMs, firstMs);
    return sum + facts * (Math.max(0, sharedMs) / (lastMs + 1 - firstMs));
  }, 0);
}

/**
 * Returns the shortest beginning of the range with at least `facts` estimated facts, or the whole
 * range if it has fewer.
 */
export function rangeOfFirstFacts(
  segments: readonly CountedSegment[],
  { startMs, endExclusiveMs }: TimeRange,
  facts: number,
): TimeRange {
  let [tooEarlyMs, lateEnoughMs] = [startMs, endExclusiveMs];
  while (lateEnoughMs - tooEarlyMs > 1) {
    const middleMs = tooEarlyMs + Math.floor((lateEnoughMs - tooEarlyMs) / 2);
    if (estimateFacts(segments, { startMs, endExclusiveMs: middleMs }) < facts) tooEarlyMs = middleMs;
    else lateEnoughMs = middleMs;
  }
  return { startMs, endExclusiveMs: lateEnoughMs };
}

import type { TimeRange } from '@hourglass/query';

/** How many facts there are between two moments. */
export interface CountedSegment {
  readonly facts: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The facts of the range, when those of a segment lie evenly between its first and its last. */
export function estimatedFacts(
  segments: readonly CountedSegment[],
  { startMs, endExclusiveMs }: TimeRange,
): number {
  return segments.reduce((sum, { facts, firstMs, lastMs }) => {
    const sharedMs = Math.min(endExclusiveMs, lastMs + 1) - Math.max(startMs, firstMs);
    return sum + facts * (Math.max(0, sharedMs) / (lastMs + 1 - firstMs));
  }, 0);
}

/** The beginning of the range with about so many facts, to the millisecond; the whole range when it has less. */
export function rangeOfFacts(
  segments: readonly CountedSegment[],
  { startMs, endExclusiveMs }: TimeRange,
  facts: number,
): TimeRange {
  let [tooEarlyMs, lateEnoughMs] = [startMs, endExclusiveMs];
  while (lateEnoughMs - tooEarlyMs > 1) {
    const middleMs = tooEarlyMs + Math.floor((lateEnoughMs - tooEarlyMs) / 2);
    if (estimatedFacts(segments, { startMs, endExclusiveMs: middleMs }) < facts) tooEarlyMs = middleMs;
    else lateEnoughMs = middleMs;
  }
  return { startMs, endExclusiveMs: lateEnoughMs };
}

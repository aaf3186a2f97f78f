import type { TimeRange } from '../plan/plan.ts';
import { estimateFacts, rangeOfFirstFacts, type CountedSegment } from './sample-range.ts';

/** A sample is only worth its time up to this share of all facts. */
const largestShare = 1 / 8;

/** Facts of a sample for each row of the limit, because many facts share a group. */
const factsPerRow = 4;

/** Returns the size of the first sample for the bound of a limit, in facts: at least `sampleFacts`. */
export function limitSampleFacts(limitRows: number, sampleFacts: number): number {
  return Math.max(sampleFacts, factsPerRow * limitRows);
}

/**
 * Returns the beginning of the range with about this number of facts, which segments store together because
 * they are sorted by time. Null if the sample would be too large a part of all facts.
 */
export function limitSampleRange(
  segments: readonly CountedSegment[],
  range: TimeRange,
  facts: number,
): TimeRange | null {
  if (facts > estimateFacts(segments, range) * largestShare) return null;
  return rangeOfFirstFacts(segments, range, facts);
}

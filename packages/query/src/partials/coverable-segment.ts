import type { StoredSegment } from '../compile/segment-columns.ts';
import type { Plan } from '../plan/plan.ts';
import { readRanges } from '../plan/read-ranges.ts';
import { type PartialResolution, resolutionMs } from './partial-resolution.ts';

type SegmentTimes = Pick<StoredSegment, 'firstMs' | 'lastMs' | 'deletions'>;

/**
 * Returns whether a report can read the partial of a segment instead of its facts: the segment hides no
 * facts, and no boundary of a range divides one of its units of time.
 */
export function isCoverable(
  segment: SegmentTimes,
  {
    plan,
    resolution,
    expiredBeforeMs,
  }: { readonly plan: Plan; readonly resolution: PartialResolution; readonly expiredBeforeMs: number | null },
): boolean {
  if (hidesFacts(segment, expiredBeforeMs)) return false;
  const unitMs = resolutionMs[resolution];
  const firstUnitMs = Math.floor(segment.firstMs / unitMs) * unitMs;
  return readRanges(plan)
    .flatMap(({ startMs, endExclusiveMs }) => [startMs, endExclusiveMs])
    .every((ms) => ms % unitMs === 0 || ms <= firstUnitMs || ms > segment.lastMs);
}

/** Returns whether facts of the segment are deleted, or past their retention. */
export function hidesFacts(
  { firstMs, lastMs, deletions }: SegmentTimes,
  expiredBeforeMs: number | null,
): boolean {
  if (expiredBeforeMs !== null && firstMs < expiredBeforeMs) return true;
  return deletions.some(
    (one) => 'batchSeq' in one || (one.endExclusiveMs > firstMs && one.startMs <= lastMs),
  );
}

import type { TimeRange, TimeUnit } from '../plan/plan.ts';
import { type Bucketing, bucketRange, isClockUnit, localBucket } from './bucket-range.ts';
import { offsetSpans, type OffsetSpan } from './zone-offset.ts';

/**
 * A part of time up to `endExclusiveMs` from the end of the part before it. Its buckets are aligned
 * to local time at one offset, or it belongs to one bucket, which may begin before the part.
 */
export type BucketPiece = { readonly endExclusiveMs: number } & (
  | { readonly offsetMs: number }
  | { readonly bucket: TimeRange }
);

/**
 * Divides time so that each bucket in which the offset changes is a piece with known bounds; the
 * others have the length that their unit has in the calendar. There is one piece if the offset
 * never changes, or changes without effect on the buckets.
 */
export function bucketPieces({ unit, offsets }: Bucketing): readonly BucketPiece[] {
  const pieces: BucketPiece[] = [];
  let coveredMs = -Infinity;
  for (const { startMs, endExclusiveMs, offsetMs } of effectiveSpans(offsetSpans(offsets), unit)) {
    if (startMs >= coveredMs && startMs !== -Infinity) {
      const bucket = bucketRange(startMs, { unit, offsets });
      pieces.push({ endExclusiveMs: bucket.endExclusiveMs, bucket });
      coveredMs = bucket.endExclusiveMs;
    }
    if (endExclusiveMs > coveredMs) pieces.push({ endExclusiveMs, offsetMs });
  }
  return pieces;
}

/** Joins spans between which hours or shorter buckets continue, such as hours at +01:00 and +02:00. */
function effectiveSpans(spans: readonly OffsetSpan[], unit: TimeUnit): readonly OffsetSpan[] {
  if (!isClockUnit(unit)) return spans;
  const joined: OffsetSpan[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last !== undefined && isBoundary(span.startMs, last, unit) && isBoundary(span.startMs, span, unit)) {
      joined[joined.length - 1] = { ...last, endExclusiveMs: span.endExclusiveMs };
    } else joined.push(span);
  }
  return joined;
}

function isBoundary(ms: number, { offsetMs }: OffsetSpan, unit: TimeUnit): boolean {
  return localBucket(ms + offsetMs, unit).startMs === ms + offsetMs;
}

import type { TimeRange, TimeUnit } from '../plan/plan.ts';
import { type Bucketing, bucketRange, isClockUnit } from './bucket-range.ts';
import { unitLengths } from './time-unit-lengths.ts';
import { offsetSpans, type OffsetSpan } from './zone-offset.ts';

/**
 * A part of time up to `endExclusiveMs` from the end of the part before it: buckets that are aligned
 * to local time at one offset and have the length that their unit has in the calendar, or one bucket
 * with bounds of its own.
 */
export type BucketPiece = { readonly endExclusiveMs: number } & (
  | { readonly offsetMs: number }
  | { readonly bucket: TimeRange }
);

/**
 * Divides time so that each bucket that contains a change of the offset, or borders on one, is a
 * piece. There is one piece if the offset never changes, or changes without effect on the buckets.
 */
export function bucketPieces({ unit, offsets }: Bucketing): readonly BucketPiece[] {
  const pieces: BucketPiece[] = [];
  let coveredMs = -Infinity;
  function add(piece: BucketPiece): void {
    if (piece.endExclusiveMs <= coveredMs) return;
    pieces.push(piece);
    coveredMs = piece.endExclusiveMs;
  }
  function addBucket(ms: number): void {
    const bucket = bucketRange(ms, { unit, offsets });
    add({ endExclusiveMs: bucket.endExclusiveMs, bucket });
  }
  for (const { startMs, endExclusiveMs, offsetMs } of effectiveSpans(offsetSpans(offsets), unit)) {
    if (startMs !== -Infinity) addBucket(startMs);
    if (endExclusiveMs === Infinity) add({ endExclusiveMs, offsetMs });
    else {
      const lastMs = endExclusiveMs - 1;
      add({ endExclusiveMs: bucketRange(lastMs, { unit, offsets }).startMs, offsetMs });
      addBucket(lastMs);
    }
  }
  return pieces;
}

/**
 * Hours and shorter buckets depend on the rest of the offset only: they are the same at +01:00, at
 * +02:00 and in UTC. Joins spans between which they continue.
 */
function effectiveSpans(spans: readonly OffsetSpan[], unit: TimeUnit): readonly OffsetSpan[] {
  const length = unitLengths[unit];
  if (!isClockUnit(unit) || !('ms' in length)) return spans;
  const joined: OffsetSpan[] = [];
  for (const { startMs, endExclusiveMs, offsetMs } of spans) {
    const restMs = ((offsetMs % length.ms) + length.ms) % length.ms;
    const last = joined.at(-1);
    if (last?.offsetMs === restMs && (startMs + restMs) % length.ms === 0) {
      joined[joined.length - 1] = { ...last, endExclusiveMs };
    } else joined.push({ startMs, endExclusiveMs, offsetMs: restMs });
  }
  return joined;
}

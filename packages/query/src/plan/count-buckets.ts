import { bucketPieces, type BucketPiece } from '../time/bucket-pieces.ts';
import { unitLengths } from '../time/time-unit-lengths.ts';
import { bucketingOf } from '../time/zone.ts';
import type { Plan, TimeRange, TimeUnit } from './plan.ts';

const weekMs = 7 * 24 * 60 * 60_000;
/** 1970 began on a Thursday, and weeks begin on Monday. */
const mondayMs = 3 * 24 * 60 * 60_000;

/** Counts the buckets of the plan's time unit that a range overlaps; 1 without a time unit. */
export function countBuckets(
  { startMs, endExclusiveMs }: TimeRange,
  plan: Pick<Plan, 'timeUnit' | 'utcOffsetMinutes' | 'timeZone'>,
): number {
  const bucketing = bucketingOf(plan);
  if (bucketing === null) return 1;
  let count = 0;
  let fromMs = startMs;
  for (const piece of bucketPieces(bucketing)) {
    const toMs = Math.min(piece.endExclusiveMs, endExclusiveMs);
    if (toMs <= fromMs) continue;
    count += countInPiece(piece, { startMs: fromMs, endExclusiveMs: toMs }, bucketing.unit);
    fromMs = toMs;
  }
  return count;
}

function countInPiece(piece: BucketPiece, { startMs, endExclusiveMs }: TimeRange, unit: TimeUnit): number {
  if ('bucket' in piece) return 1;
  const [first, last] = [startMs, endExclusiveMs - 1].map((ms) => bucketNumber(ms + piece.offsetMs, unit));
  return (last ?? 0) - (first ?? 0) + 1;
}

/** Returns the number of the bucket; consecutive buckets have consecutive numbers. */
function bucketNumber(localMs: number, unit: TimeUnit): number {
  const length = unitLengths[unit];
  if ('ms' in length) return Math.floor((localMs + (length.ms === weekMs ? mondayMs : 0)) / length.ms);
  const date = new Date(localMs);
  return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / length.months);
}

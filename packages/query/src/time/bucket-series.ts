import type { TimeRange } from '../plan/plan.ts';
import { bucketPieces } from './bucket-pieces.ts';
import { type Bucketing, localBucket } from './bucket-range.ts';
import { unitsBetween } from './units-between.ts';

/** Consecutive buckets of a piece of time, of which the first has this number. */
export type NumberedPiece = { readonly endExclusiveMs: number; readonly firstNumber: number } & (
  | { readonly startMs: number }
  | {
      /** Start of the first bucket in local time. */
      readonly localStartMs: number;
      readonly offsetMs: number;
    }
);

/** The buckets that a range overlaps, numbered from 0. */
export interface BucketSeries extends Bucketing {
  readonly pieces: readonly NumberedPiece[];
  readonly count: number;
}

export function bucketSeries(bucketing: Bucketing, { startMs, endExclusiveMs }: TimeRange): BucketSeries {
  const pieces: NumberedPiece[] = [];
  let count = 0;
  let fromMs = startMs;
  for (const piece of bucketPieces(bucketing)) {
    const toMs = Math.min(piece.endExclusiveMs, endExclusiveMs);
    if (toMs <= fromMs) continue;
    if ('bucket' in piece) {
      pieces.push({ endExclusiveMs: toMs, firstNumber: count, startMs: piece.bucket.startMs });
      count += 1;
    } else {
      const { offsetMs } = piece;
      const [first, last] = [fromMs, toMs - 1].map(
        (ms) => localBucket(ms + offsetMs, bucketing.unit).startMs,
      );
      const localStartMs = first ?? 0;
      pieces.push({ endExclusiveMs: toMs, firstNumber: count, localStartMs, offsetMs });
      count += unitsBetween(localStartMs, last ?? 0, bucketing.unit) + 1;
    }
    fromMs = toMs;
  }
  return { ...bucketing, pieces, count };
}

import { unitLengths } from './time-unit-lengths.ts';
import type { Plan, TimeRange } from './plan.ts';

const weekMs = 7 * 24 * 60 * 60_000;
/** 1970 began on a Thursday, and weeks begin on Monday. */
const mondayMs = 3 * 24 * 60 * 60_000;

/** Counts the buckets of the plan's time unit that a range overlaps; 1 without a time unit. */
export function countBuckets(
  { startMs, endExclusiveMs }: TimeRange,
  { timeUnit, utcOffsetMinutes = 0 }: Pick<Plan, 'timeUnit' | 'utcOffsetMinutes'>,
): number {
  if (timeUnit === null) return 1;
  const length = unitLengths[timeUnit];
  const [first, last] = [startMs, endExclusiveMs - 1].map((ms) => ms + utcOffsetMinutes * 60_000);
  return bucketNumber(last ?? 0, length) - bucketNumber(first ?? 0, length) + 1;
}

/** Returns the number of the bucket; consecutive buckets have consecutive numbers. */
function bucketNumber(
  localMs: number,
  length: { readonly ms: number } | { readonly months: number },
): number {
  if ('ms' in length) return Math.floor((localMs + (length.ms === weekMs ? mondayMs : 0)) / length.ms);
  const date = new Date(localMs);
  return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / length.months);
}

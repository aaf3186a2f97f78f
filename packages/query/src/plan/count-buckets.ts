import { unitLengths } from './time-unit-lengths.ts';
import type { Plan, TimeRange } from './plan.ts';

const weekMs = 7 * 24 * 60 * 60_000;
/** 1970 began on a Thursday, and weeks begin on Monday. */
const mondayMs = 3 * 24 * 60 * 60_000;

/** How many buckets of the plan's unit a range touches; 1 without a unit. */
export function countBuckets(
  { startMs, endExclusiveMs }: TimeRange,
  { timeUnit, utcOffsetMinutes = 0 }: Pick<Plan, 'timeUnit' | 'utcOffsetMinutes'>,
): number {
  if (timeUnit === null) return 1;
  const length = unitLengths[timeUnit];
  const [first, last] = [startMs, endExclusiveMs - 1].map((ms) => ms + utcOffsetMinutes * 60_000);
  return bucketOf(last ?? 0, length) - bucketOf(first ?? 0, length) + 1;
}

/** Buckets in a row, numbered from anywhere. */
function bucketOf(localMs: number, length: { readonly ms: number } | { readonly months: number }): number {
  if ('ms' in length) return Math.floor((localMs + (length.ms === weekMs ? mondayMs : 0)) / length.ms);
  const date = new Date(localMs);
  return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / length.months);
}

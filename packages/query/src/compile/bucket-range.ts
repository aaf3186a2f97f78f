import type { TimeRange } from '../plan/plan.ts';
import { unitLengths } from '../plan/time-unit-lengths.ts';
import type { Bucketing } from './time-bucket.ts';

const minuteMs = 60_000;
/**
 * Origin of weeks: the first Monday after 1 January 1970. Shorter buckets are counted from 1970
 * itself.
 */
const firstMondayMs = 4 * 24 * 60 * minuteMs;

/** Returns the bucket that contains a time, in agreement with `truncateToBucket`. */
export function bucketRange(ms: number, { unit, utcOffsetMinutes }: Bucketing): TimeRange {
  const offsetMs = utcOffsetMinutes * minuteMs;
  const local = localBucket(ms + offsetMs, unit);
  return { startMs: local.startMs - offsetMs, endExclusiveMs: local.endExclusiveMs - offsetMs };
}

function localBucket(ms: number, unit: Bucketing['unit']): TimeRange {
  const length = unitLengths[unit];
  if ('ms' in length) {
    const originMs = unit === 'week' ? firstMondayMs : 0;
    const startMs = originMs + Math.floor((ms - originMs) / length.ms) * length.ms;
    return { startMs, endExclusiveMs: startMs + length.ms };
  }
  const date = new Date(ms);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
  const first = Math.floor(month / length.months) * length.months;
  return { startMs: monthStartMs(first), endExclusiveMs: monthStartMs(first + length.months) };
}

/**
 * `month` counts from year 0. `Date.UTC` is not used, because it maps years below 100 to the 20th
 * century.
 */
function monthStartMs(month: number): number {
  return new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
}

import type { TimeRange } from '../plan/plan.ts';
import { unitLengths } from '../plan/time-unit-lengths.ts';
import type { Bucketing } from './time-bucket.ts';

const minuteMs = 60_000;
/** The Monday after 1 January 1970, where a week begins; what is shorter begins with 1970 itself. */
const firstMondayMs = 4 * 24 * 60 * minuteMs;

/** The bucket that a moment lies in, as `truncateToBucket` has it. */
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

/** `month` is counted from the year 0. `Date.UTC` takes years below 100 for those of the last century. */
function monthStartMs(month: number): number {
  return new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
}

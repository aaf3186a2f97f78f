import type { TimeRange, TimeUnit } from '../plan/plan.ts';
import { monthOf, monthStartMs } from './months.ts';
import { unitLengths } from './time-unit-lengths.ts';
import { firstInstant, offsetSpans, spanAt, type OffsetSpan, type ZoneOffset } from './zone-offset.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/**
 * Origin of weeks: the first Monday after 1 January 1970. Shorter buckets are counted from 1970
 * itself.
 */
const firstMondayMs = 4 * 24 * hourMs;

/** The division of time into buckets: the plan's unit, aligned to the local time of a zone. */
export interface Bucketing {
  readonly unit: TimeUnit;
  readonly offsets: readonly ZoneOffset[];
}

/** Whether clocks that change begin a new bucket, and do not lengthen or shorten one. */
export function isClockUnit(unit: TimeUnit): boolean {
  const length = unitLengths[unit];
  return 'ms' in length && length.ms <= hourMs;
}

/**
 * Returns the bucket that contains a time, in agreement with `truncateToBucket`. A day or a longer
 * unit begins when clocks first show its midnight, or at the end of the gap that skips it. An hour
 * or a shorter unit ends where the offset changes: an hour that clocks show twice is two buckets.
 */
export function bucketRange(ms: number, { unit, offsets }: Bucketing): TimeRange {
  const spans = offsetSpans(offsets);
  return isClockUnit(unit) ? clockBucket(ms, unit, spans) : calendarBucket(ms, unit, spans);
}

function clockBucket(ms: number, unit: TimeUnit, spans: readonly OffsetSpan[]): TimeRange {
  const span = spanAt(spans, ms);
  const local = localBucket(ms + span.offsetMs, unit);
  return {
    startMs: Math.max(span.startMs, local.startMs - span.offsetMs),
    endExclusiveMs: Math.min(span.endExclusiveMs, local.endExclusiveMs - span.offsetMs),
  };
}

function calendarBucket(ms: number, unit: TimeUnit, spans: readonly OffsetSpan[]): TimeRange {
  let local = localBucket(ms + spanAt(spans, ms).offsetMs, unit);
  // Clocks that are set back past midnight show the end of a day whose successor has begun.
  while (firstInstant(spans, local.endExclusiveMs) <= ms) local = localBucket(local.endExclusiveMs, unit);
  return {
    startMs: firstInstant(spans, local.startMs),
    endExclusiveMs: firstInstant(spans, local.endExclusiveMs),
  };
}

/** Returns the bucket of a local time in local time: milliseconds since 1970. */
export function localBucket(ms: number, unit: TimeUnit): TimeRange {
  const length = unitLengths[unit];
  if ('ms' in length) {
    const originMs = unit === 'week' ? firstMondayMs : 0;
    const startMs = originMs + Math.floor((ms - originMs) / length.ms) * length.ms;
    return { startMs, endExclusiveMs: startMs + length.ms };
  }
  const first = Math.floor(monthOf(ms) / length.months) * length.months;
  return { startMs: monthStartMs(first), endExclusiveMs: monthStartMs(first + length.months) };
}

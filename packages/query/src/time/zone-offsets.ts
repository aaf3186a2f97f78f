import type { TimeRange, TimeUnit } from '../plan/plan.ts';
import { isClockUnit, localBucket } from './bucket-range.ts';
import type { ZoneOffset } from './zone-offset.ts';

const secondMs = 1_000;
const dayMs = 24 * 60 * 60 * secondMs;
/**
 * More than any two offsets of a zone differ, which are less than a day from UTC, and more than
 * clocks are ever set back.
 */
const marginMs = 2 * dayMs;

/**
 * Returns the offsets of a zone of the tz database that decide the buckets of a range: those in the
 * range, and those around the beginning of its first and the end of its last bucket. Within such a
 * bucket, but outside of the range, changes may be missing. `unit` null: those in the range. Throws
 * RangeError for an unknown zone.
 */
export function zoneOffsets(
  timeZone: string,
  range: TimeRange,
  unit: TimeUnit | null,
): readonly ZoneOffset[] {
  const offsetAt = offsetReader(timeZone);
  const offsets: ZoneOffset[] = [];
  let coveredMs = -Infinity;
  for (const window of windowsOf(range, unit, offsetAt)) {
    const startMs = Math.max(wholeSecond(window.startMs), coveredMs);
    coveredMs = Math.max(wholeSecond(window.endExclusiveMs), coveredMs);
    for (const change of changesWithin(startMs, coveredMs, offsetAt)) {
      if (change.offsetSeconds !== offsets.at(-1)?.offsetSeconds) offsets.push(change);
    }
  }
  return offsets;
}

/** Returns the offset in seconds at an instant. */
type OffsetAt = (ms: number) => number;

function offsetReader(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', year: 'numeric' });
  return (ms) => {
    // For example "2026, GMT+05:30", "1969, GMT-00:44:30" or "2026, GMT".
    const offset = /GMT(?:(?<sign>[+-])(?<hours>\d+):(?<minutes>\d+)(?::(?<seconds>\d+))?)?$/.exec(
      format.format(ms),
    );
    if (offset === null) throw new Error(`the offset of ${timeZone} cannot be read: ${format.format(ms)}`);
    const { sign, hours = 0, minutes = 0, seconds = 0 } = offset.groups ?? {};
    const magnitude = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
    return sign === '-' ? -magnitude : magnitude;
  };
}

function windowsOf(range: TimeRange, unit: TimeUnit | null, offsetAt: OffsetAt): readonly TimeRange[] {
  const whole = { startMs: range.startMs - marginMs, endExclusiveMs: range.endExclusiveMs + marginMs };
  if (unit === null || isClockUnit(unit)) return [whole];
  const { startMs } = bucketAt(range.startMs, unit, offsetAt);
  const { endExclusiveMs } = bucketAt(range.endExclusiveMs, unit, offsetAt);
  return [around(startMs), whole, around(endExclusiveMs)];
}

/** The bucket that contains a time, as if the offset never changed. */
function bucketAt(ms: number, unit: TimeUnit, offsetAt: OffsetAt): TimeRange {
  const offsetMs = offsetAt(ms) * secondMs;
  const { startMs, endExclusiveMs } = localBucket(ms + offsetMs, unit);
  return { startMs: startMs - offsetMs, endExclusiveMs: endExclusiveMs - offsetMs };
}

function around(ms: number): TimeRange {
  return { startMs: ms - marginMs, endExclusiveMs: ms + marginMs };
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / secondMs) * secondMs;
}

/** Returns the offset at the start, and each later one with the instant of the change. */
function* changesWithin(startMs: number, endExclusiveMs: number, offsetAt: OffsetAt): Generator<ZoneOffset> {
  let current = { fromMs: startMs, offsetSeconds: offsetAt(startMs) };
  yield current;
  // No zone changes its offset twice within three days.
  for (let ms = startMs; ms < endExclusiveMs; ms += dayMs) {
    const nextMs = Math.min(ms + dayMs, endExclusiveMs);
    const offsetSeconds = offsetAt(nextMs);
    if (offsetSeconds === current.offsetSeconds) continue;
    const former = current.offsetSeconds;
    current = { fromMs: firstWith((at) => offsetAt(at) !== former, ms, nextMs), offsetSeconds };
    yield current;
  }
}

/** Returns the first second after `before` at which the condition holds; it must hold at `after`. */
function firstWith(condition: (ms: number) => boolean, before: number, after: number): number {
  while (after - before > secondMs) {
    const middle = wholeSecond((before + after) / 2);
    if (condition(middle)) after = middle;
    else before = middle;
  }
  return after;
}

import { shown, type ColumnRule } from './column-rule.ts';
import { isDateIsoString, plainIsoTime, readIsoTime } from './iso-time.ts';

/** The times that a value may have, in milliseconds since 1970. Both are accepted. */
export interface TimeBounds {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** The times at which something may have happened, according to the settings. */
export interface FactTimes {
  /** At least 0. */
  readonly earliestMs: number;
  /** Tolerance for clients whose clocks are ahead. */
  readonly maxAheadMs: number;
}

/** Bounds of times that may lie in the future, such as the end of a subscription. */
export const anyTime: TimeBounds = {
  earliestMs: 0,
  latestMs: Date.UTC(9999, 11, 31, 23, 59, 59, 999),
};

/** A smaller number is a mistaken unit: this year's seconds as milliseconds are in January 1970. */
const earliestNumberMs = Date.UTC(1990, 0, 1);

export function factTimeBounds({ earliestMs, maxAheadMs }: FactTimes, nowMs: number): TimeBounds {
  return { earliestMs, latestMs: nowMs + maxAheadMs };
}

/** Makes the rule of a column whose times lie within `bounds`. */
export function timeRule(bounds: TimeBounds): ColumnRule {
  const expected = expectedTime(bounds);
  return {
    encode(value) {
      const ms = readTime(value);
      return ms === null || ms < bounds.earliestMs || ms > bounds.latestMs ? null : timeCell(value, ms);
    },
    expected,
    explain(value) {
      const hint = isInSeconds(value) ? ', which is a time in seconds' : '';
      return `found ${shown(value)}${hint}; expected ${expected}`;
    },
    // Numbers from 1992 to 2286. The earlier ones of `earliestNumberMs` are left to `encode`.
    plainJson: `${plainIsoTime}|[7-9][0-9]{11}|[1-9][0-9]{12}`,
  };
}

/** Reads ISO 8601 text or whole milliseconds since 1970; null when the value is neither. */
function readTime(value: unknown): number | null {
  if (typeof value === 'string') return readIsoTime(value);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= earliestNumberMs ? value : null;
}

/** Encodes a value that `readTime` has read as `ms`. */
function timeCell(value: unknown, ms: number): string {
  return typeof value === 'string' && isDateIsoString(value) ? value : new Date(ms).toISOString();
}

function isInSeconds(value: unknown): boolean {
  if (typeof value !== 'number' || value >= earliestNumberMs) return false;
  return value * 1000 >= earliestNumberMs && value * 1000 <= anyTime.latestMs;
}

function expectedTime({ earliestMs, latestMs }: TimeBounds): string {
  const range =
    latestMs === anyTime.latestMs
      ? `from ${shortTime(earliestMs)} on`
      : `from ${shortTime(earliestMs)} to ${shortTime(latestMs)}`;
  const or = earliestMs < earliestNumberMs ? 'or, from 1990 on, as' : 'or';
  return `a time ${range}, as ISO 8601 text ${or} milliseconds since 1970`;
}

/** A day without its time at midnight, otherwise a time without milliseconds. */
function shortTime(ms: number): string {
  const time = new Date(ms).toISOString();
  return time.endsWith('T00:00:00.000Z') ? time.slice(0, 10) : `${time.slice(0, 19)}Z`;
}

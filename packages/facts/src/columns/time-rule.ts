import { shown, type ColumnRule } from './column-rule.ts';
import { isDateIsoString, plainIsoTime, readIsoTime } from './iso-time.ts';

/** An earlier time is a mistaken unit: there was no web traffic before 1990. */
export const earliestMs = Date.UTC(1990, 0, 1);
export const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** Tolerance for client clocks that are ahead. */
const clockLeadMs = 86_400_000;

export const timeRule: ColumnRule = {
  encode(value) {
    const ms = readTime(value);
    return ms === null || ms < earliestMs || ms > latestMs ? null : timeCell(value, ms);
  },
  expected: expectedTime('from 1990 on'),
  explain: (value) => explainTime(value, timeRule.expected),
  // Milliseconds since 1970 have at least 12 digits in 1990, and 13 until 2286.
  plainJson: `${plainIsoTime}|(?!0)[0-9]{12,13}`,
};

/** Reads ISO 8601 text or whole milliseconds since 1970; null when the value is neither. */
export function readTime(value: unknown): number | null {
  if (typeof value === 'string') return readIsoTime(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

/** The latest time at which a fact may have happened: one day from now. */
export function latestFactMs(nowMs: number): number {
  return nowMs + clockLeadMs;
}

/** Whether a fact may have happened at `ms`: from 1990 until `latestFactMs`. */
export function isFactTime(ms: number, latestFactMs: number): boolean {
  return ms >= earliestMs && ms <= latestFactMs;
}

/** Names the accepted times in messages, such as "a time from 1990 on, as ISO 8601 text or …". */
export function expectedTime(range: string): string {
  return `a time ${range}, as ISO 8601 text or milliseconds since 1970`;
}

export function explainTime(value: unknown, expected: string): string {
  const isSeconds = typeof value === 'number' && value * 1000 >= earliestMs && value < earliestMs;
  const hint = isSeconds ? ', which is a time in seconds' : '';
  return `found ${shown(value)}${hint}; expected ${expected}`;
}

/** Encodes a value that `readTime` has read as `ms`. */
export function timeCell(value: unknown, ms: number): string {
  return typeof value === 'string' && isDateIsoString(value) ? value : new Date(ms).toISOString();
}

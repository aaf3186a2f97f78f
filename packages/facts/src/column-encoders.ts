import type { ColumnType } from '@hourglass/query';
import { isIsoOfDate, readIsoTime } from './timestamps.ts';

/** How a value of a fact becomes a cell of PostgreSQL's `COPY … (FORMAT text)`. */
export interface ColumnEncoder {
  /** Null when the value does not fit the column. */
  encode(value: unknown): string | null;
  /** What the column takes, and why this value is not it. */
  explain(value: unknown): string;
}

export const nullCell = String.raw`\N`;

export const maxTextBytes = 32 * 1024;
const maxDecimals = 6;
const decimalLimitExclusive = 1e18;
/** So that no sum, nor a calculation with one, leaves the range of a double. */
const floatLimitExclusive = 1e100;
/** Before it there was no web to measure; a time there is a unit mistaken for another. */
export const earliestMs = Date.UTC(1990, 0, 1);
export const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export const columnEncoders: Readonly<Record<ColumnType, ColumnEncoder>> = {
  text: { encode: encodeText, explain: explainText },
  integer: {
    encode: (value) => (Number.isSafeInteger(value) ? String(value) : null),
    explain: (value) => `must be a whole number of at most 2^53 - 1; it is ${shown(value)}`,
  },
  decimal: {
    encode: encodeDecimal,
    explain: (value) =>
      `must be a number with at most 18 digits before and ${maxDecimals} after the point; it is ${shown(value)}`,
  },
  float: {
    encode: (value) =>
      typeof value === 'number' && Math.abs(value) < floatLimitExclusive ? String(value) : null,
    explain: (value) => `must be a number between -1e100 and 1e100; it is ${shown(value)}`,
  },
  boolean: {
    encode: (value) => (typeof value === 'boolean' ? String(value) : null),
    explain: (value) => `must be true or false; it is ${shown(value)}`,
  },
  timestamp: {
    encode(value) {
      const ms = readTime(value);
      return ms === null || ms < earliestMs || ms > latestMs ? null : timeCell(value, ms);
    },
    explain: (value) => explainTime(value, 'a time from 1990 on'),
  },
};

/** Milliseconds since 1970 of ISO 8601 text or of a number that says just that; null when it is neither. */
export function readTime(value: unknown): number | null {
  if (typeof value === 'string') return readIsoTime(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

/** A fact may have happened until a day from now, for clocks that run ahead. */
export function latestFactMs(nowMs: number): number {
  return nowMs + 86_400_000;
}

/** Whether a fact may have happened then: from 1990 until `latestFactMs`. */
export function isFactTime(ms: number, latestFactMs: number): boolean {
  return ms >= earliestMs && ms <= latestFactMs;
}

export function explainTime(value: unknown, expected: string): string {
  const form = 'ISO 8601 text or milliseconds since 1970 as a number';
  const seconds = typeof value === 'number' && value * 1000 >= earliestMs && value < earliestMs;
  const hint = seconds ? ', which would be a time in seconds' : '';
  return `must be ${expected}, as ${form}; it is ${shown(value)}${hint}`;
}

/** Of a value that `readTime` has read as `ms`. */
export function timeCell(value: unknown, ms: number): string {
  return typeof value === 'string' && isIsoOfDate(value) ? value : new Date(ms).toISOString();
}

/** What `COPY` reads as its own, what PostgreSQL refuses to store, and halves of surrogate pairs. */
const needsCare = /[\\\t\n\r\0\ud800-\udfff]/;
const escapedInCopy = /[\\\t\n\r]/g;
const copyEscapes: Readonly<Record<string, string>> = {
  '\\': String.raw`\\`,
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
};
const loneSurrogate = /\p{Surrogate}/u;

function encodeText(value: unknown): string | null {
  if (typeof value !== 'string' || isTooLong(value)) return null;
  if (!needsCare.test(value)) return value;
  if (isUnstorable(value)) return null;
  return value.replace(escapedInCopy, (character) => copyEscapes[character] ?? character);
}

function explainText(value: unknown): string {
  if (typeof value !== 'string') return `must be text; it is ${shown(value)}`;
  if (isTooLong(value)) return `must be text of at most ${maxTextBytes} bytes`;
  return 'must be text without NUL characters and unpaired surrogates';
}

/** UTF-8 needs at most three bytes for a UTF-16 unit, so short text need not be measured. */
function isTooLong(text: string): boolean {
  return text.length * 3 > maxTextBytes && Buffer.byteLength(text) > maxTextBytes;
}

function isUnstorable(text: string): boolean {
  return text.includes('\0') || loneSurrogate.test(text);
}

function encodeDecimal(value: unknown): string | null {
  if (typeof value !== 'number' || !(Math.abs(value) < decimalLimitExclusive)) return null;
  const text = String(value);
  if (Number.isInteger(value)) return text;
  const decimals = text.length - text.indexOf('.') - 1;
  return text.includes('e') || decimals > maxDecimals ? null : text;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}

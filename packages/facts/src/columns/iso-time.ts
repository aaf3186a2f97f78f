import { readIsoTime as readTime } from '@hourglass/contract/reading';

const lastHour = 23;
const lastMinute = 59;
const lastSecond = 59;

/**
 * A regular expression for the most common forms that `readIsoTime` reads, in quotes: a day, or a
 * time in UTC with seconds and at most microseconds. It also matches days that do not exist.
 */
export const plainIsoTime = ((): string => {
  const day = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
  const [hour, minute, second] = [lastHour, lastMinute, lastSecond].map(twoDigitsUpTo);
  const timeOfDay = String.raw`${hour}:${minute}:${second}(?:\.[0-9]{1,6})?`;
  return `"${day}(?:[T ]${timeOfDay}(?:Z|[+]00:00)?)?"`;
})();

/** Returns an expression for the numbers 00 to `last`. */
function twoDigitsUpTo(last: number): string {
  const [tens, ones] = [Math.floor(last / 10), last % 10];
  return ones === 9 ? `[0-${tens}][0-9]` : `(?:[0-${tens - 1}][0-9]|${tens}[0-${ones}])`;
}

/**
 * Reads a day, or a day and a time of day with an optional zone, which is UTC by default, as
 * milliseconds since 1970, truncated. Returns null if the text has another form or the time does not
 * exist.
 */
export function readIsoTime(text: string): number | null {
  return readTime(text)?.ms ?? null;
}

/**
 * Whether a text that `readIsoTime` accepts already has the form of `Date.toISOString`, as most do. A
 * leap second, which `Date` does not write, is no such text.
 */
export function isDateIsoString(text: string): boolean {
  return text.length === 24 && text[10] === 'T' && text[17] !== '6' && text[19] === '.' && text[23] === 'Z';
}

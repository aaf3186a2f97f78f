const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;
const lastHour = 23;
const lastMinute = 59;
const lastSecond = 59;
const dayMs = 86_400_000;

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
 * Reads ISO 8601: a day, or a day and a time of day with an optional zone, which is UTC by default.
 * Returns milliseconds since 1970, truncated. Returns null if the text has another form or the time
 * does not exist.
 */
export function readIsoTime(text: string): number | null {
  const match = isoTime.exec(text);
  if (match === null) return null;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4] ?? 0);
  const minute = Number(match[5] ?? 0);
  const second = Number(match[6] ?? 0);
  // Date.UTC would add 1900 to the year.
  if (year < 100) return null;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour > lastHour || minute > lastMinute || second > lastSecond) return null;
  const zoneMinutesEast = readZone(match[8]);
  if (zoneMinutesEast === null) return null;
  const fraction = match[7];
  const ms = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  return Date.UTC(year, month - 1, day, hour, minute - zoneMinutesEast, second, ms);
}

/**
 * Whether a text that `readIsoTime` accepts already has the form of `Date.toISOString`, as most do.
 */
export function isDateIsoString(text: string): boolean {
  return text.length === 24 && text[10] === 'T' && text[19] === '.' && text[23] === 'Z';
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function readZone(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', ''));
  if (hours > lastHour || minutes > lastMinute) return null;
  return (hours * 60 + minutes) * (zone.startsWith('-') ? -1 : 1);
}

/** Returns the number of days from 1970-01-01 to the UTC day of `ms`. */
export function dayOf(ms: number): number {
  return Math.floor(ms / dayMs);
}

/**
 * Reads times for every part of Hourglass: facts, files, bodies and parameters accept the same
 * forms. RFC 3339, also in lower case; the seconds and the zone may be missing, or the zone be
 * `+02` or `+0200`, as in ISO 8601; a space may stand for the `T`, a comma for the point.
 */
const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})(?:([Tt ])(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;
const dayMs = 86_400_000;
const minuteMs = 60_000;
const leapSecond = 60;

export interface IsoTime {
  /** Milliseconds since 1970, truncated. A leap second is the first second of the next day. */
  readonly ms: number;
  /** The digits after the decimal point; empty without them. */
  readonly fraction: string;
  /** Null for a day, which stands for its midnight. */
  readonly separator: 'T' | ' ' | null;
  /** Without a zone the time is in UTC. */
  readonly hasZone: boolean;
}

/** Returns null if the text has another form, or the time does not exist in the years 0001 to 9999. */
export function readIsoTime(text: string): IsoTime | null {
  const match = isoTime.exec(text);
  if (match === null) return null;
  const [, year = '', month = '', day = '', separator, hour = '', minute = '', second = '', fraction = ''] =
    match;
  const zone = match[9];
  const midnightMs = readDay(Number(year), Number(month), Number(day));
  const zoneMinutesEast = readZone(zone);
  if (midnightMs === null || zoneMinutesEast === null) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > leapSecond) return null;
  const wholeMs =
    midnightMs + (Number(hour) * 60 + Number(minute) - zoneMinutesEast) * minuteMs + Number(second) * 1000;
  // Leap seconds precede midnight in UTC.
  if (Number(second) === leapSecond && wholeMs % dayMs !== 0) return null;
  if (wholeMs < earliestMs || wholeMs > latestMs) return null;
  return {
    ms: fraction === '' ? wholeMs : wholeMs + Number(fraction.slice(0, 3).padEnd(3, '0')),
    fraction,
    separator: separator === undefined ? null : separator === ' ' ? ' ' : 'T',
    hasZone: zone !== undefined,
  };
}

/**
 * Writes the time in UTC as `YYYY-MM-DDTHH:MM:SS.ffffff`, so that texts sort like times. Truncates
 * to microseconds.
 */
export function microsecondText({ ms, fraction }: IsoTime): string {
  const seconds = new Date(ms).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  return `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}`;
}

/** The first and the last second that PostgreSQL and DuckDB write alike. */
const earliestMs = Date.parse('0001-01-01T00:00:00Z');
const latestMs = Date.parse('9999-12-31T23:59:59Z');

function readDay(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  // `Date.UTC` reads the years 0 to 99 as 1900 to 1999.
  return year < 100 ? new Date(0).setUTCFullYear(year, month - 1, day) : Date.UTC(year, month - 1, day);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function readZone(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', ''));
  if (hours > 23 || minutes > 59) return null;
  return (hours * 60 + minutes) * (zone.startsWith('-') ? -1 : 1);
}

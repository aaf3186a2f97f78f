import type { TimeRange, TimeUnit } from '../src/index.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * The wall clock of a zone, by which tests compute buckets: it only reads what Intl shows, minute
 * by minute, and knows no changes of offsets. Moments must be in or after 1970, since when clocks
 * change at whole minutes, except those of Monrovia.
 */
export interface ZoneClock {
  /** Local time as `YYYY-MM-DD HH:MM:SS`. */
  show(ms: number): string;
  /** Local time with its offset, such as `2026-03-01T00:00:00+01:00`. */
  showWithOffset(ms: number): string;
  bucket(ms: number, unit: TimeUnit): TimeRange;
}

const clocks = new Map<string, ZoneClock>();

export function zoneClock(timeZone: string): ZoneClock {
  const clock = clocks.get(timeZone) ?? createClock(timeZone);
  clocks.set(timeZone, clock);
  return clock;
}

/** Returns a date in UTC that shows the local time of the zone; without a zone, the time itself. */
export function localDate(ms: number, timeZone: string | undefined): Date {
  if (timeZone === undefined) return new Date(ms);
  return new Date(`${zoneClock(timeZone).show(ms).replace(' ', 'T')}Z`);
}

function createClock(timeZone: string): ZoneClock {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const show = (ms: number) => format.format(ms).padStart('YYYY-MM-DD HH:MM:SS'.length, '0');
  const firstInstants = new Map<string, number>();

  /** The first second at which the clock shows this time or a later one. */
  function firstInstant(shown: string): number {
    let ms = firstInstants.get(shown);
    if (ms !== undefined) return ms;
    ms = Date.parse(`${shown.replace(' ', 'T')}Z`) - 17 * 60 * minuteMs;
    while (show(ms) < shown) ms += minuteMs;
    while (show(ms - 1_000) >= shown) ms -= 1_000;
    firstInstants.set(shown, ms);
    return ms;
  }

  /** A stretch of time in which the clock is not changed and shows the same beginning of a time. */
  function clockBucket(ms: number, unit: TimeUnit): TimeRange {
    const length = { second: 19, minute: 16, hour: 13 }[unit as 'hour'];
    const stepMs = unit === 'second' ? 1_000 : minuteMs;
    const nameOf = (at: number) => {
      const shown = show(at);
      return `${shown.slice(0, length)} ${offsetMs(shown, at)}`;
    };
    const name = nameOf(ms);
    let startMs = Math.floor(ms / stepMs) * stepMs;
    while (nameOf(startMs - stepMs) === name) startMs -= stepMs;
    let endExclusiveMs = startMs + stepMs;
    while (nameOf(endExclusiveMs) === name) endExclusiveMs += stepMs;
    return { startMs, endExclusiveMs };
  }

  return {
    show,
    showWithOffset(ms) {
      const seconds = offsetMs(show(ms), ms) / 1_000;
      const parts = [seconds / 3_600, (seconds / 60) % 60, seconds % 60].map((part) =>
        String(Math.floor(Math.abs(part))).padStart(2, '0'),
      );
      const text = (parts[2] === '00' ? parts.slice(0, 2) : parts).join(':');
      return `${show(ms).replace(' ', 'T')}${seconds < 0 ? '-' : '+'}${text}`;
    },
    bucket(ms, unit) {
      if (unit === 'second' || unit === 'minute' || unit === 'hour') return clockBucket(ms, unit);
      let start = calendarStart(show(ms), unit);
      for (;;) {
        const end = nextStart(start, unit);
        if (firstInstant(end) > ms) {
          return { startMs: firstInstant(start), endExclusiveMs: firstInstant(end) };
        }
        start = end;
      }
    },
  };
}

function offsetMs(shown: string, ms: number): number {
  return Date.parse(`${shown.replace(' ', 'T')}Z`) - Math.floor(ms / 1_000) * 1_000;
}

/** The beginning of the day or longer unit of a local time, as the calendar says. */
function calendarStart(shown: string, unit: TimeUnit): string {
  const [year = '', month = '', day = ''] = shown.slice(0, 10).split('-');
  const yearOf = (years: number) => `${String(Number(year) - (Number(year) % years)).padStart(4, '0')}-01-01`;
  const dates: Partial<Record<TimeUnit, string>> = {
    day: `${year}-${month}-${day}`,
    month: `${year}-${month}-01`,
    quarter: `${year}-${String(Number(month) - ((Number(month) - 1) % 3)).padStart(2, '0')}-01`,
    year: yearOf(1),
    decade: yearOf(10),
    century: yearOf(100),
    millennium: yearOf(1_000),
  };
  let date = dates[unit];
  if (date === undefined) {
    let ms = Date.parse(`${year}-${month}-${day}`);
    while (new Date(ms).getUTCDay() !== 1) ms -= dayMs;
    date = new Date(ms).toISOString().slice(0, 10);
  }
  return `${date} 00:00:00`;
}

function nextStart(start: string, unit: TimeUnit): string {
  const date = new Date(`${start.slice(0, 10)}T00:00:00Z`);
  const days: Partial<Record<TimeUnit, number>> = { day: 1, week: 7 };
  const months: Partial<Record<TimeUnit, number>> = {
    ...{ month: 1, quarter: 3, year: 12, decade: 120, century: 1_200, millennium: 12_000 },
  };
  date.setUTCDate(date.getUTCDate() + (days[unit] ?? 0));
  date.setUTCMonth(date.getUTCMonth() + (months[unit] ?? 0));
  return `${date.toISOString().slice(0, 10)} 00:00:00`;
}

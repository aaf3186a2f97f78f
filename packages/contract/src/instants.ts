import { z } from 'zod';

/** A time as sent, and in UTC: RFC 3339 with six decimals, so that strings sort like times. */
export interface Instant {
  readonly text: string;
  readonly utc: string;
}

const expected =
  'expected RFC 3339 such as 2026-01-31T13:45:00Z with at most six decimals ("+" is %2B in a URL), or a day such as 2026-01-31';
const dateTime = z.iso.datetime({ offset: true });
const day = z.iso.date();
const parts = /^([^.]*)(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})$/;
const earliestMs = Date.parse('0001-01-01T00:00:00Z');
const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

/** An instant; a day stands for its first microsecond. */
export const firstInstant = instant('T00:00:00Z');

/** An instant; a day stands for its last microsecond. */
export const lastInstant = instant('T23:59:59.999999Z');

function instant(timeOfDay: string) {
  return z
    .string({ error: `is required; ${expected}` })
    .refine((text) => readUtc(text, timeOfDay) !== null, expected)
    .transform((text): Instant => ({ text, utc: readUtc(text, timeOfDay) ?? '' }));
}

function readUtc(text: string, timeOfDay: string): string | null {
  if (day.safeParse(text).success) return readUtc(`${text}${timeOfDay}`, '');
  const match = parts.exec(text);
  if (match === null || !dateTime.safeParse(text).success) return null;
  const [, toSeconds, decimals = '', zone] = match;
  const ms = Date.parse(`${toSeconds}${zone}`);
  if (!(ms >= earliestMs && ms <= latestMs)) return null;
  return new Date(ms).toISOString().replace(/\d{3}Z$/, `${decimals.padEnd(6, '0')}Z`);
}

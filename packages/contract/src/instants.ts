import { z } from 'zod';

/** What a client wrote, and the moment that it means: RFC 3339 in UTC with six decimals, so that texts compare like times. */
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

/** The first moment of a time: a day alone means its beginning. */
export const firstInstant = instant('T00:00:00Z');

/** The last moment of a time: a day alone means its end. */
export const lastInstant = instant('T23:59:59.999999Z');

function instant(timeOfDay: string) {
  return z
    .string({ error: `it is missing; ${expected}` })
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

import { z } from 'zod';
import { microsecondText, readIsoTime } from './iso-time.ts';

/** A time as sent, and in UTC: RFC 3339 with six decimals, so that strings sort like times. */
export interface Instant {
  readonly text: string;
  readonly utc: string;
}

const expected =
  'expected RFC 3339 such as 2026-01-31T13:45:00Z with at most six decimals ("+" is %2B in a URL), or a day such as 2026-01-31';

/** An instant; a day stands for its first microsecond. */
export const firstInstant = instant('T00:00:00.000000Z');

/** An instant; a day stands for its last microsecond. */
export const lastInstant = instant('T23:59:59.999999Z');

function instant(timeOfDay: string) {
  return z
    .string({ error: `is required; ${expected}` })
    .refine((text) => readUtc(text, timeOfDay) !== null, expected)
    .transform((text): Instant => ({ text, utc: readUtc(text, timeOfDay) ?? '' }));
}

function readUtc(text: string, timeOfDay: string): string | null {
  const time = readIsoTime(text);
  if (time === null) return null;
  const { separator, hasZone, fraction } = time;
  if (separator === null) return `${text}${timeOfDay}`;
  return separator === 'T' && hasZone && fraction.length <= 6 ? `${microsecondText(time)}Z` : null;
}

import { z } from 'zod';
import { readIsoTime } from './iso-time.ts';

/** One of the values, case-sensitive. */
export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `expected ${values.join(', ')}` });
}

/** Whether a deletion only tells what it would delete. */
export const dryRunOfDeletion = oneOf(['true', 'false'])
  .default('false')
  .describe('true: delete nothing and return what would be deleted.');

/** A bounded integer in decimal digits. */
export function wholeNumber({ min, max }: { min: number; max: number }) {
  const message = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d{1,15}$/, { error: message, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

const expectedMoment =
  'expected a date and time such as 2026-01-31T13:45:00Z, where a missing zone means UTC';

/** A date and a time of day; without a zone, UTC. */
export const moment = z
  .string({ error: expectedMoment })
  .refine((text) => readMs(text) !== null, expectedMoment)
  .meta({ format: 'date-time' })
  .transform((text) => new Date(readMs(text) ?? 0));

function readMs(text: string): number | null {
  const time = readIsoTime(text);
  return time?.separator === 'T' ? time.ms : null;
}

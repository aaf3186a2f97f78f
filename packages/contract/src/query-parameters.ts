import { z } from 'zod';

/** One of the values, case-sensitive. */
export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `expected ${values.join(', ')}` });
}

/** A bounded integer in decimal digits. */
export function wholeNumber({ min, max }: { min: number; max: number }) {
  const message = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d{1,15}$/, { error: message, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** ISO 8601; without a zone, UTC. */
export const moment = z.iso
  .datetime({
    offset: true,
    local: true,
    error: 'expected ISO 8601 such as 2026-01-31T13:45:00Z, where a missing zone means UTC',
  })
  .transform((text) => new Date(/(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`));

import { z } from 'zod';
import { oneOf } from './query-parameters.ts';

/**
 * Names of organizations and environments, which appear in URL paths and in exported file names.
 */
export const placeNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export const placeName = z
  .string()
  .regex(
    placeNamePattern,
    'expected 1 to 63 letters, digits, ".", "_" and "-", beginning with a letter or digit',
  );

/** Converted to lower case, as addresses are stored. */
export const emailAddress = z
  .email('expected an e-mail address')
  .max(254, 'expected at most 254 characters')
  .toLowerCase();

export const maxPasswordLength = 256;

/** A password to set: length is what makes guessing hard. The API also refuses the most common ones. */
export const newPassword = z
  .string()
  .min(12, 'expected at least 12 characters')
  .max(maxPasswordLength, `expected at most ${maxPasswordLength} characters`)
  .regex(/^\P{Cc}*$/u, 'expected no control characters');

export const roleName = oneOf(['member', 'administrator', 'operator']);

export const scopeName = oneOf(['read', 'submit', 'ingest', 'admin']);

const maxCustomerIdLength = 256;

/** Id of a customer whose consumption is recorded. */
export const customerId = z
  .string()
  .min(1, 'expected at least 1 character')
  .max(maxCustomerIdLength, `expected at most ${maxCustomerIdLength} characters`)
  .regex(/^\P{Cc}*$/u, 'expected no control characters');

/** ISO 8601 in UTC, with milliseconds. */
export const accountTime = z.iso.datetime({ precision: 3 });

const maxLifetimeSeconds = 315_360_000;

/** Lifetime of a token or an access key: at most ten years, or unlimited. */
export const lifetimeSeconds = z
  .int()
  .min(1, 'expected at least 1')
  .max(maxLifetimeSeconds, `expected at most ${maxLifetimeSeconds}`)
  .optional()
  .describe('Never expires by default.');

export function areDistinct(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

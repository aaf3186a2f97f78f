import { z } from 'zod';

/** A display text that PostgreSQL can store. */
export const displayText = z
  .string()
  .min(1, 'expected at least 1 character')
  .max(255, 'expected at most 255 characters')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'expected no control characters and no lone surrogates');

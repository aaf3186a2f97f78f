import { z } from 'zod';

export const factFault = z.strictObject({ line: z.int(), field: z.string(), message: z.string() });
export type FactFaultBody = z.infer<typeof factFault>;

/** Answer to accepted facts. `rejected` and `faults` only with `onError=skip`. */
export const factsAccepted = z.strictObject({
  batch: z.string(),
  accepted: z.int(),
  rejected: z.int().optional(),
  faults: z.array(factFault).optional(),
});
export type FactsAccepted = z.infer<typeof factsAccepted>;

/** Answer to refused facts: an error body with up to 100 faults beside it. */
export const factsRefused = z.looseObject({
  code: z.string(),
  message: z.string(),
  faults: z.array(factFault),
});

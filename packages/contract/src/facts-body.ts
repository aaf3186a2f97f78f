import { z } from 'zod';

export const factFault = z.strictObject({ line: z.int(), field: z.string(), message: z.string() });
export type FactFaultBody = z.infer<typeof factFault>;

/** Answer to accepted facts. `rejected` and `faults` only with `onError=skip`. */
export const factsAccepted = z
  .strictObject({
    batch: z.string(),
    accepted: z.int(),
    rejected: z.int().optional(),
    faults: z.array(factFault).optional(),
  })
  .meta({ id: 'FactsAccepted' });
export type FactsAccepted = z.infer<typeof factsAccepted>;

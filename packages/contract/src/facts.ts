import { z } from 'zod';

export const factFault = z.strictObject({
  line: z.int().describe('Line number, from 1.'),
  field: z.string().describe('Empty if the line as a whole is at fault.'),
  message: z.string(),
});
export type FactFaultBody = z.infer<typeof factFault>;

/**
 * Response to accepted facts. `rejected` and `faults` are present only with `onError=skip`,
 * `repeated` only for a batch that was accepted before.
 */
export const factsAccepted = z
  .strictObject({
    batch: z.string().describe('Idempotency key of the batch, generated if the request has none.'),
    accepted: z.int(),
    repeated: z
      .literal(true)
      .optional()
      .describe('Present if the batch was accepted before: nothing was stored now.'),
    rejected: z.int().optional().describe('Lines left out. Present with onError=skip.'),
    faults: z.array(factFault).optional().describe('The first bad lines. Present with onError=skip.'),
  })
  .meta({ id: 'FactsAccepted' });
export type FactsAccepted = z.infer<typeof factsAccepted>;

import { z } from 'zod';
import { factFault } from './facts-body.ts';

/**
 * One body for two families of clients: Edge reads `code`, `message` and `contexts` at the top, Apigee X the
 * `error` object of google.rpc.
 */
export const errorBody = z
  .strictObject({
    code: z.string(),
    message: z.string(),
    contexts: z.array(z.unknown()),
    error: z.strictObject({
      code: z.int(),
      message: z.string(),
      status: z.string(),
      details: z.array(
        z.strictObject({
          '@type': z.literal('type.googleapis.com/google.rpc.BadRequest'),
          fieldViolations: z.array(z.strictObject({ field: z.string(), description: z.string() })),
        }),
      ),
    }),
    /** Only where facts were refused: the first bad lines. */
    faults: z.array(factFault).optional(),
  })
  .meta({ id: 'Error' });

export type ErrorBody = z.infer<typeof errorBody>;

import { z } from 'zod';
import { factFault } from './facts.ts';

export const fieldFault = z.strictObject({ field: z.string(), message: z.string() });

/**
 * One body for two families of clients: those of Edge read `code`, `message` and `contexts`, those
 * of Apigee X the `error` object of google.rpc.
 */
export const errorBody = z
  .strictObject({
    code: z.string(),
    message: z.string(),
    contexts: z.array(z.unknown()),
    error: z.strictObject({
      code: z.int().describe('HTTP status.'),
      message: z.string(),
      status: z.string().describe('Name of the google.rpc code.'),
      details: z.array(
        z.strictObject({
          '@type': z.literal('type.googleapis.com/google.rpc.BadRequest'),
          fieldViolations: z.array(z.strictObject({ field: z.string(), description: z.string() })),
        }),
      ),
    }),
    faults: z
      .array(z.union([factFault, fieldFault]))
      .optional()
      .describe('Every fault, at most a hundred, with its line when facts were refused.'),
  })
  .meta({ id: 'Error' });

export type ErrorBody = z.infer<typeof errorBody>;

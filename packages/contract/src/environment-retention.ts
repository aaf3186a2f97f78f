import { z } from 'zod';

export const maxRetentionDays = 100_000;

const ownRetentionDays = z
  .int()
  .min(1, 'expected at least 1, or null for the default')
  .max(maxRetentionDays, `expected at most ${maxRetentionDays}`)
  .nullable()
  .describe('null: the default.');

/** Body of `PATCH …/retention`. null restores the default. */
export const changeRetentionBody = z.strictObject({ retentionDays: ownRetentionDays });

export type ChangeRetentionBody = z.infer<typeof changeRetentionBody>;

/** How long facts are kept. */
export const environmentRetention = z
  .strictObject({
    retentionDays: z.int().nullable().describe('Effective retention in days. null: indefinitely.'),
    own: z.strictObject({ retentionDays: ownRetentionDays }),
    removes: z
      .strictObject({ facts: z.int(), bytes: z.int().describe('Approximate size of the facts.') })
      .optional()
      .describe('Only in the response to PATCH: the visible facts that the change removes.'),
  })
  .meta({ id: 'Retention' });

export type EnvironmentRetention = z.infer<typeof environmentRetention>;

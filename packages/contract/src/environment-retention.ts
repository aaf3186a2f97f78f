import { z } from 'zod';

const maxRetentionDays = 100_000;

const ownRetentionDays = z
  .int()
  .min(1, 'expected at least 1, or null for the default')
  .max(maxRetentionDays, `expected at most ${maxRetentionDays}`)
  .nullable();

/** Body of `PATCH …/retention`: null gives it back to the settings. */
export const changeRetentionBody = z.strictObject({ retentionDays: ownRetentionDays });

export type ChangeRetentionBody = z.infer<typeof changeRetentionBody>;

/** How long facts are kept. */
export const environmentRetention = z
  .strictObject({
    /** In force. Null: for ever. */
    retentionDays: z.int().nullable(),
    /** The environment's own. Null: it has none. */
    own: z.strictObject({ retentionDays: ownRetentionDays }),
  })
  .meta({ id: 'Retention' });

export type EnvironmentRetention = z.infer<typeof environmentRetention>;

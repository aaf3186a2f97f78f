import { z } from 'zod';

const ownLimit = (maximum: number) =>
  z
    .int()
    .min(1, 'expected at least 1, or null for the default')
    .max(maximum, `expected at most ${maximum}`)
    .nullable();

const ownLimits = { queriesPerHour: ownLimit(1_000_000), activeQueries: ownLimit(100_000) };

const turnWeight = z.int().min(1, 'expected at least 1').max(100, 'expected at most 100');

/** Body of `PATCH …/limits`: null gives a limit back to the settings, one that is left out stays as it is. */
export const changeLimitsBody = z
  .strictObject({ ...ownLimits, turnWeight })
  .partial()
  .refine(
    (body) => Object.keys(body).length > 0,
    'expected "queriesPerHour", "activeQueries" or "turnWeight"',
  );

export type ChangeLimitsBody = z.infer<typeof changeLimitsBody>;

/** The limits of submissions that are in force, those of them that are the environment's own, and its share of the workers. */
export const environmentLimits = z
  .strictObject({
    queriesPerHour: z.int(),
    activeQueries: z.int(),
    turnWeight,
    own: z.strictObject(ownLimits),
  })
  .meta({ id: 'Limits' });

export type EnvironmentLimits = z.infer<typeof environmentLimits>;

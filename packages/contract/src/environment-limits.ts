import { z } from 'zod';

/** The largest values of any environment. */
export const limitMaxima = {
  queriesPerHour: 1_000_000,
  activeQueries: 100_000,
  turnWeight: 100,
  schedules: 10_000,
  scheduledQueries: 100_000,
} as const;

/** A number of its own, or null: the default. */
export const ownLimit = (maximum: number) =>
  z
    .int()
    .min(1, 'expected at least 1, or null for the default')
    .max(maximum, `expected at most ${maximum}`)
    .nullable();

const ownLimits = {
  queriesPerHour: ownLimit(limitMaxima.queriesPerHour).describe(
    'Submissions per rolling hour. null: the default.',
  ),
  activeQueries: ownLimit(limitMaxima.activeQueries).describe(
    'Queries enqueued or running. null: the default.',
  ),
  schedules: ownLimit(limitMaxima.schedules).describe('Schedules. null: the default.'),
  scheduledQueries: ownLimit(limitMaxima.scheduledQueries).describe(
    'Queries of schedules enqueued or running. null: the default.',
  ),
};

const turnWeight = z
  .int()
  .min(1, 'expected at least 1')
  .max(limitMaxima.turnWeight, `expected at most ${limitMaxima.turnWeight}`)
  .describe("Weight of the environment's queries in fair queueing.");

/** Body of `PATCH …/limits`. null restores the default; absent fields keep their values. */
export const changeLimitsBody = z
  .strictObject({ ...ownLimits, turnWeight })
  .partial()
  .refine(
    (body) => Object.keys(body).length > 0,
    'expected "queriesPerHour", "activeQueries", "schedules", "scheduledQueries" or "turnWeight"',
  );

export type ChangeLimitsBody = z.infer<typeof changeLimitsBody>;

/**
 * The effective limits, the environment's own limits, and its weight in fair queueing.
 */
export const environmentLimits = z
  .strictObject({
    queriesPerHour: z.int().describe('Effective limit of submissions per rolling hour.'),
    activeQueries: z.int().describe('Effective limit of queries enqueued or running.'),
    schedules: z.int().describe('Effective limit of schedules.'),
    scheduledQueries: z
      .int()
      .describe(
        'Effective limit of queries of schedules enqueued or running, which count against no other limit.',
      ),
    turnWeight,
    own: z.strictObject(ownLimits),
  })
  .meta({ id: 'Limits' });

export type EnvironmentLimits = z.infer<typeof environmentLimits>;

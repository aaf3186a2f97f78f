import { z } from 'zod';
import { limitMaxima, ownLimit } from './environment-limits.ts';
import { maxRetentionDays } from './environment-retention.ts';

export const ownCeilings = {
  queriesPerHour: ownLimit(limitMaxima.queriesPerHour),
  activeQueries: ownLimit(limitMaxima.activeQueries),
  turnWeight: ownLimit(limitMaxima.turnWeight),
  retentionDays: ownLimit(maxRetentionDays),
  schedules: ownLimit(limitMaxima.schedules),
  scheduledQueries: ownLimit(limitMaxima.scheduledQueries),
};

/** Body of `PATCH …/ceilings`. null restores the default; absent fields keep their values. */
export const changeCeilingsBody = z
  .strictObject(ownCeilings)
  .partial()
  .refine(
    (body) => Object.keys(body).length > 0,
    'expected "queriesPerHour", "activeQueries", "turnWeight", "retentionDays", "schedules" or "scheduledQueries"',
  );

export type ChangeCeilingsBody = z.infer<typeof changeCeilingsBody>;

/** The largest values that administrators may set for the environments of their organization. */
export const organizationCeilings = z
  .strictObject({
    queriesPerHour: z.int().describe('Submissions per rolling hour and environment.'),
    activeQueries: z.int().describe('Queries enqueued or running per environment.'),
    turnWeight: z.int().describe('Weight of an environment in fair queueing.'),
    retentionDays: z.int().nullable().describe('Retention of facts. null: indefinitely.'),
    schedules: z.int().describe('Schedules per environment.'),
    scheduledQueries: z.int().describe('Queries of schedules enqueued or running per environment.'),
    own: z
      .strictObject(ownCeilings)
      .describe('What operators set for this organization. null: the default of the settings.'),
  })
  .meta({ id: 'Ceilings' });

export type OrganizationCeilings = z.infer<typeof organizationCeilings>;

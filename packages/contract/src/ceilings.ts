import { z } from 'zod';
import { limitMaxima } from './environment-limits.ts';
import { maxRetentionDays } from './environment-retention.ts';

const ownCeiling = (maximum: number) =>
  z
    .int()
    .min(1, 'expected at least 1, or null for the default')
    .max(maximum, `expected at most ${maximum}`)
    .nullable();

export const ownCeilings = {
  queriesPerHour: ownCeiling(limitMaxima.queriesPerHour),
  activeQueries: ownCeiling(limitMaxima.activeQueries),
  turnWeight: ownCeiling(limitMaxima.turnWeight),
  retentionDays: ownCeiling(maxRetentionDays),
};

/** Body of `PATCH …/ceilings`. null restores the default; absent fields keep their values. */
export const changeCeilingsBody = z
  .strictObject(ownCeilings)
  .partial()
  .refine(
    (body) => Object.keys(body).length > 0,
    'expected "queriesPerHour", "activeQueries", "turnWeight" or "retentionDays"',
  );

export type ChangeCeilingsBody = z.infer<typeof changeCeilingsBody>;

/** The largest values that administrators may set for the environments of their organization. */
export const organizationCeilings = z
  .strictObject({
    queriesPerHour: z.int().describe('Submissions per rolling hour and environment.'),
    activeQueries: z.int().describe('Queries enqueued or running per environment.'),
    turnWeight: z.int().describe('Weight of an environment in fair queueing.'),
    retentionDays: z.int().nullable().describe('Retention of facts. null: indefinitely.'),
    own: z
      .strictObject(ownCeilings)
      .describe('What operators set for this organization. null: the default of the settings.'),
  })
  .meta({ id: 'Ceilings' });

export type OrganizationCeilings = z.infer<typeof organizationCeilings>;

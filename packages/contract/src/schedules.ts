import { z } from 'zod';
import { accountTime } from './account-fields.ts';
import {
  changedTarget,
  deliveryKinds,
  deliveryStates,
  deliveryTarget,
  scheduleTarget,
} from './deliveries.ts';
import { displayText } from './display-text.ts';
import { runReportBody } from './saved-reports.ts';

/** Maximum size of a schedule, like that of a saved report. */
export const maxScheduleBytes = 16_384;

const cron = z
  .string()
  .describe('Five fields: minute, hour, day of month, month and day of week, such as 0 6 * * MON.');
const timeZone = z.string().describe('Name in the tz database of the zone of cron, such as Europe/Berlin.');
const catchUp = z
  .enum(['skip', 'latest', 'all'], { error: 'expected skip, latest or all' })
  .describe('Which due times run that no worker could run in time: none, the newest, or all.');
const overrides = runReportBody
  .unwrap()
  .omit({ reuse: true })
  .meta({ id: 'ScheduleOverrides' })
  .describe('Words of a query that replace those of the report.');
const enabled = z.boolean().describe('false: paused.');
const skipIfEmpty = z.boolean().describe('true: a result without rows is marked empty.');
const report = z.string().describe('Name of the saved report.');
const expectedTargets = 'expected at most 10 targets';
const delivery = z
  .array(deliveryTarget)
  .max(10, expectedTargets)
  .describe('Where the result of each run goes.');
const changedDelivery = z
  .array(changedTarget)
  .max(10, expectedTargets)
  .describe('Replaces the whole list. Targets of the kind kept stay with their secrets.');

/** Body of `POST …/schedules`. */
export const createScheduleBody = z
  .strictObject({
    displayName: displayText.optional(),
    report,
    cron,
    timeZone: timeZone.default('UTC'),
    catchUp: catchUp.default('latest'),
    enabled: enabled.default(true),
    skipIfEmpty: skipIfEmpty.default(false),
    overrides: overrides.default({}),
    delivery: delivery.default([]),
  })
  .meta({ id: 'CreateSchedule' });
export type CreateScheduleBody = z.infer<typeof createScheduleBody>;

/** Body of `PATCH …/schedules/{schedule}`. Absent members keep their values. */
export const changeScheduleBody = z
  .strictObject({
    displayName: displayText.nullable().describe('null: none.'),
    ...{ report, cron, timeZone, catchUp, enabled, skipIfEmpty, overrides, delivery: changedDelivery },
  })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'expected at least one member of a schedule')
  .meta({ id: 'ChangeSchedule' });
export type ChangeScheduleBody = z.infer<typeof changeScheduleBody>;

export const schedule = z
  .strictObject({
    id: z.uuid(),
    displayName: z.string().optional(),
    report: z.uuid().describe('Name of the saved report.'),
    cron: z.string(),
    timeZone: z.string(),
    catchUp,
    enabled: z.boolean().describe('false: paused or stopped.'),
    skipIfEmpty: z.boolean(),
    overrides,
    delivery: z.array(scheduleTarget).describe('Without secrets.'),
    stopped: z
      .enum(['reportDeleted', 'userDeleted', 'tokenEnded'])
      .optional()
      .describe(
        'Why it does not run: the report, or the user or the token of its last change, is gone. A PATCH with enabled=true lets it run with the rights of its caller.',
      ),
    nextDueTimes: z.array(accountTime).max(3).describe('Empty if it is paused or stopped.'),
    madeBy: z
      .string()
      .describe('Address of the user that made or last changed it, whose queries its runs are.'),
    endsWithToken: accountTime
      .optional()
      .describe('When it stops, because the token of its last change expires. Absent: never.'),
    created: accountTime,
    modified: accountTime,
  })
  .meta({ id: 'Schedule' });
export type ScheduleView = z.infer<typeof schedule>;

/** Response to `GET …/schedules`, oldest first. */
export const scheduleList = z.strictObject({ schedules: z.array(schedule) }).meta({ id: 'Schedules' });

export const scheduleRun = z
  .strictObject({
    due: accountTime,
    state: z
      .enum([
        'retrying',
        'submitted',
        'completed',
        'empty',
        'failed',
        'cancelled',
        'missed',
        'refused',
        'invalid',
        'stopped',
      ])
      .describe(
        'retrying: a limit refused it, and it is tried again; refused: in vain. invalid: the report could not be planned.',
      ),
    reason: z.string().optional(),
    query: z.uuid().optional().describe('Id of the query. Absent: it was not submitted.'),
    lastDue: accountTime.optional().describe('The last of several missed due times.'),
    dueTimes: z.int().optional().describe('Number of missed due times.'),
    rows: z.int().optional(),
    deliveries: z
      .array(
        z.strictObject({
          id: z.uuid(),
          kind: z.enum(deliveryKinds),
          state: z.enum(deliveryStates),
          failure: z.string().nullable(),
        }),
      )
      .optional()
      .describe('Deliveries of the query; absent if there are none.'),
    recorded: accountTime,
    ended: accountTime.optional(),
  })
  .meta({ id: 'ScheduleRun' });
export type ScheduleRunView = z.infer<typeof scheduleRun>;

/** Response to `GET …/schedules/{schedule}/runs`. */
export const scheduleRunList = z
  .strictObject({ runs: z.array(scheduleRun), nextPageToken: z.string().optional() })
  .meta({ id: 'ScheduleRuns' });
export type ScheduleRunList = z.infer<typeof scheduleRunList>;

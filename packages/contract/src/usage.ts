import { z } from 'zod';
import { accountTime } from './account-fields.ts';

const used = z.strictObject({ used: z.int(), limit: z.int() });

/** Facts of a dataset in an environment. */
const storedFacts = z
  .strictObject({
    dataset: z.string(),
    hotFacts: z.int().describe('Facts that are not sealed into a segment yet.'),
    segments: z.int(),
    segmentFacts: z.int(),
    segmentBytes: z.int().describe('Size of the files of the segments.'),
    firstTimestamp: accountTime
      .nullable()
      .describe('Time of the oldest sealed fact. null: nothing is sealed.'),
    lastTimestamp: accountTime.nullable().describe('Time of the newest sealed fact.'),
  })
  .meta({ id: 'StoredFacts' });

/** Response to `GET …/usage`. */
export const environmentUsage = z
  .strictObject({
    at: accountTime,
    submissions: used
      .extend({
        renewsInSeconds: z
          .int()
          .describe(
            'With submissions left: seconds until the oldest one leaves the hour. With none left: seconds until the next one is accepted.',
          ),
      })
      .describe('Submissions of the rolling hour.'),
    activeQueries: used.extend({ running: z.int(), waiting: z.int() }),
    scheduledQueries: used.describe('Enqueued and running queries of schedules.'),
    schedules: used.describe('Schedules, also paused ones.'),
    facts: z.array(storedFacts).describe('Datasets that have facts, by name.'),
    results: z
      .strictObject({ count: z.int(), bytes: z.int() })
      .describe('Archives that have not expired. Queries that share one count it once.'),
  })
  .meta({ id: 'EnvironmentUsage' });
export type EnvironmentUsage = z.infer<typeof environmentUsage>;

/** The range of a count. */
const counted = {
  from: accountTime,
  to: accountTime,
  countedFrom: accountTime.describe(
    'Later than from if there is more than is counted at once: everything since then is counted.',
  ),
};

/** Response to `GET …/usage/ingest`. */
export const ingestUsage = z
  .strictObject({
    unit: z.enum(['hour', 'day']),
    ...counted,
    buckets: z
      .array(
        z.strictObject({
          start: accountTime.describe('Beginning of the hour or the day in UTC.'),
          dataset: z.string().describe('Dataset or record set.'),
          batches: z.int(),
          facts: z.int().describe('Facts or records that were accepted.'),
        }),
      )
      .describe('By time and dataset, without those that accepted nothing. Deleted batches are left out.'),
  })
  .meta({ id: 'IngestUsage' });
export type IngestUsage = z.infer<typeof ingestUsage>;

/** Response to `GET …/usage/segments`. */
export const segmentUsage = z
  .strictObject({
    ...counted,
    days: z
      .array(
        z.strictObject({
          day: z.iso.date().describe('Day in UTC of the facts.'),
          dataset: z.string(),
          segments: z.int().describe('Segments that have facts of the day.'),
          facts: z.int().describe('A segment of several days counts in each by its share of the time.'),
          bytes: z.int().describe('Size of the files, shared out as the facts are.'),
        }),
      )
      .describe('By day and dataset, without days that have no sealed facts.'),
  })
  .meta({ id: 'SegmentUsage' });
export type SegmentUsage = z.infer<typeof segmentUsage>;

const amounts = {
  submissions: z.int().describe('Accepted queries, those of schedules included.'),
  scannedFacts: z.int().describe('Facts that the queries read. A shared result scans none.'),
  resultBytes: z.int().describe('Size of the archives that the queries made.'),
  batches: z.int(),
  ingestedFacts: z.int().describe('Facts and records of the batches. Deleted batches are left out.'),
};

const useOfUser = z
  .strictObject({
    user: z.string().nullable().describe('E-mail address. null: batches of an earlier version.'),
    ...amounts,
    shared: z.int().describe('Submissions that share the result of an equal query.'),
    failed: z.int(),
  })
  .meta({ id: 'UseOfUser' });

const most = 'Those with the most scanned facts first, at most 1000.';

/** Response to `GET …/environments/{environment}/usage/users`. */
export const userUsage = z
  .strictObject({ ...counted, users: z.array(useOfUser).describe(most) })
  .meta({ id: 'UserUsage' });
export type UserUsage = z.infer<typeof userUsage>;

/** Response to `GET /v1/organizations/{organization}/usage`. */
export const organizationUsage = z
  .strictObject({
    ...counted,
    users: z
      .array(useOfUser.extend({ environment: z.string() }).meta({ id: 'UseOfUserInEnvironment' }))
      .describe(most),
    tokens: z
      .array(
        z
          .strictObject({
            token: z.string().describe('Id of the token.'),
            description: z.string().nullable(),
            user: z.string().describe('User that the token authenticates as.'),
            environment: z.string(),
            ...amounts,
            batches: z.int().describe('Accepted batches, also those that were deleted later.'),
            ingestedFacts: z.int(),
          })
          .meta({ id: 'UseOfToken' }),
      )
      .describe(`Tokens that still exist, without sign-ins, by the audit log. ${most}`),
  })
  .meta({ id: 'OrganizationUsage' });
export type OrganizationUsage = z.infer<typeof organizationUsage>;

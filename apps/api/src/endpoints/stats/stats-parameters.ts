import { oneOf, wholeNumber } from '@hourglass/contract';
import { maxStatsOffset, maxStatsRows, maxUtcOffsetMinutes } from '@hourglass/query';
import { z } from 'zod';

const count = wholeNumber({ min: 1, max: maxStatsRows }).optional();
const withoutEffect = z.string().optional().describe('Accepted without effect.');

/** Minutes from UTC, positive to the east. */
export const utcOffset = wholeNumber({ min: -maxUtcOffsetMinutes, max: maxUtcOffsetMinutes })
  .optional()
  .describe('Offset from UTC, in minutes, of the zone of buckets and relative ranges, such as -480 or 330.');

/**
 * The query parameters of statistics. The planner checks their content, and that `select` and
 * `timeRange` are present, once the environment is known to exist.
 */
export const statsParameters = {
  select: z.string().optional().describe('Required. Metrics, such as sum(message_count),tps.'),
  timeRange: z
    .string()
    .optional()
    .describe(
      'Required. MM/DD/YYYY HH:MM~MM/DD/YYYY HH:MM in UTC, end exclusive; or last24hours, yesterday and others.',
    ),
  timeUnit: z
    .string()
    .optional()
    .describe('Length of a bucket, from second to millennium. Without it each metric has one value.'),
  filter: z
    .string()
    .optional()
    .describe('Condition that facts must match, such as (response_status_code ge 400).'),
  sortby: z
    .string()
    .optional()
    .describe('Metrics of select by which groups are sorted, over the whole range.'),
  sort: z.string().optional().describe('ASC or DESC; DESC by default.'),
  topk: count.describe('Return only the first groups in sort order.'),
  limit: count.describe(`Groups in the response; at most, and by default, ${maxStatsRows}.`),
  offset: wholeNumber({ min: 0, max: maxStatsOffset })
    .optional()
    .describe('Groups to skip before the first one returned.'),
  tsAscending: oneOf(['true', 'false'])
    .optional()
    .describe('true: oldest bucket first. By default the newest comes first.'),
  tzo: utcOffset,
  timeZone: z
    .string()
    .optional()
    .describe(
      'Name in the tz database, such as Europe/Berlin: the zone of buckets, of parts of the timestamp and of relative ranges. ' +
        'Excludes tzo.',
    ),
  having: z
    .string()
    .optional()
    .describe('Condition on groups, such as "sum(message_count)" gt 100 or apiproxy ne \'x\'.'),
  compareTo: oneOf(['previousPeriod', 'previousYear'])
    .optional()
    .describe('Adds the value of the earlier range and the relative change to each metric.'),
  fillGaps: oneOf(['true', 'false']).optional().describe('true: buckets without facts have values.'),
  others: oneOf(['true', 'false'])
    .optional()
    .describe('true: adds one group (others) for all groups beyond topk or limit.'),
  _optimized: oneOf(['js']).optional().describe('js: return the optimized form.'),
  // Edge's name of a table, such as agg_percentile.
  t: withoutEffect,
  accuracy: withoutEffect,
  realtime: withoutEffect,
  aggTable: withoutEffect,
  sonar: withoutEffect,
  // A misspelling of `_optimized` by a client of Edge, which reads the verbose form.
  _optimize: withoutEffect,
};

export type StatsParameters = {
  readonly [Name in keyof typeof statsParameters]: z.output<(typeof statsParameters)[Name]>;
};

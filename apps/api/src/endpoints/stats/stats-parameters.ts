import { oneOf, wholeNumber } from '@hourglass/contract';
import { maxStatsOffset, maxStatsRows, maxUtcOffsetMinutes } from '@hourglass/query';
import { z } from 'zod';

const count = wholeNumber({ min: 1, max: maxStatsRows }).optional();
const withoutEffect = z.string().optional().describe('Accepted without effect.');

/** Minutes from UTC, east is positive. */
export const utcOffset = wholeNumber({ min: -maxUtcOffsetMinutes, max: maxUtcOffsetMinutes })
  .optional()
  .describe('Buckets begin in the zone that is so many minutes east of UTC, such as -480 or 330.');

/**
 * The query parameters of statistics. What their texts mean is checked by the planner, once it is known that the
 * environment exists; `select` and `timeRange` must be there.
 */
export const statsParameters = {
  select: z.string().optional().describe('Required. Metrics such as sum(message_count),tps.'),
  timeRange: z
    .string()
    .optional()
    .describe('Required. MM/DD/YYYY HH:MM~MM/DD/YYYY HH:MM in UTC, without the end; or last24hours.'),
  timeUnit: z.string().optional().describe('Length of a bucket: second to millennium. One total without it.'),
  filter: z.string().optional().describe('Which calls count.'),
  sortby: z.string().optional().describe('Metrics of select to order groups by, over the whole range.'),
  sort: z.string().optional().describe('ASC or DESC, the default.'),
  topk: count.describe('Only the first groups in that order.'),
  limit: count.describe(`Groups in the answer, at most ${maxStatsRows}, which is the default.`),
  offset: wholeNumber({ min: 0, max: maxStatsOffset })
    .optional()
    .describe('Groups to leave out before them.'),
  tsAscending: oneOf(['true', 'false'])
    .optional()
    .describe('Whether the oldest bucket comes first; the newest by default.'),
  tzo: utcOffset,
  _optimized: oneOf(['js']).optional().describe('js: the optimized form.'),
  accuracy: withoutEffect,
  realtime: withoutEffect,
  aggTable: withoutEffect,
  sonar: withoutEffect,
  // A client of Edge sends it by mistake, and reads the verbose form that it gets.
  _optimize: withoutEffect,
};

export type StatsParameters = {
  readonly [Name in keyof typeof statsParameters]: z.output<(typeof statsParameters)[Name]>;
};

import { z } from 'zod';
import { queryStatus } from './query-status.ts';

/** What was asked for, in the words of the contract's list. */
export const queryParams = z
  .strictObject({
    dimensions: z.array(z.string()),
    /** Like `name:message_count,func:sum,alias:sum_message_count`. */
    metrics: z.array(z.string()),
    /** ISO 8601 with milliseconds: relative ranges are frozen at the submission. */
    startTimestamp: z.iso.datetime({ precision: 3 }),
    /** Not included in the range. */
    endTimestamp: z.iso.datetime({ precision: 3 }),
    /** Missing without `groupByTimeUnit`. */
    timeUnit: z.string().optional(),
    outputFormat: z.enum(['json', 'csv']),
  })
  .meta({ id: 'QueryParams' });
export type QueryParams = z.infer<typeof queryParams>;

export const listedQuery = queryStatus
  .extend({
    /** E-mail of the submitter. */
    userId: z.string(),
    queryParams,
  })
  .meta({ id: 'ListedQuery' });
export type ListedQuery = z.infer<typeof listedQuery>;

/** Answer of `GET …/queries`, newest first. */
export const queryList = z
  .strictObject({
    queries: z.array(listedQuery),
    /** Only when there are more: the `pageToken` of the next request, whose other parameters stay the same. */
    nextPageToken: z.string().optional(),
  })
  .meta({ id: 'QueryList' });
export type QueryList = z.infer<typeof queryList>;

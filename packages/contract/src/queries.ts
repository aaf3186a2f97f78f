import { z } from 'zod';
import { displayText } from './display-text.ts';
import { hostname } from './environment-hostnames.ts';

const timeRangeForms =
  'expected "last60minutes" or another relative range, or {"start","end"} with ISO 8601 times';

const metric = z.strictObject({
  name: z.string().describe('A metric; with count_distinct or approx_distinct a dimension.'),
  function: z.string().optional(),
  percentile: z.number().optional().describe('0 to 100, with the function percentile or approx_percentile.'),
  alias: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  as: z.string().optional().describe('share or total: the part of a sum in its whole, or the whole.'),
  within: z
    .string()
    .optional()
    .describe('time: the whole is that of the bucket. By default the whole range.'),
});

/** The forms of `compareTo`, for messages. */
export const comparisonForms =
  'expected "previousPeriod", "previousYear" or {"start","end"} with ISO 8601 times';

/** Words that order, select and add rows. */
const rowWords = {
  orderBy: z
    .array(
      z.strictObject({
        column: z.string(),
        direction: z.string().optional().describe('asc or desc; asc by default.'),
      }),
    )
    .optional()
    .describe('Order of the rows by output columns, before the usual one.'),
  having: z.string().optional().describe('Condition that rows must match, over output columns.'),
  others: z.boolean().optional().describe('Adds one row "(others)" for all rows beyond the limit.'),
  compareTo: z
    .union([z.string(), z.strictObject({ start: z.string(), end: z.string() })], { error: comparisonForms })
    .optional()
    .describe(
      'previousPeriod, previousYear or a range: adds its value and the relative change to each metric.',
    ),
  fillGaps: z.boolean().optional().describe('Adds rows for buckets without facts.'),
};

/**
 * Body of `POST …/queries`: its shape only. The planner checks names and values, so that one
 * response can list the faults of both in the same words.
 */
export const submitQueryBody = z
  .strictObject({
    dataset: z.string().optional().describe('Dataset of the facts; `api` by default.'),
    metrics: z.array(metric).optional(),
    dimensions: z.array(z.string()).optional(),
    timeRange: z.union([z.string(), z.strictObject({ start: z.string(), end: z.string() })], {
      error: ({ input }) => (input === undefined ? `is required; ${timeRangeForms}` : timeRangeForms),
    }),
    limit: z.int().optional().describe('Maximum number of rows.'),
    filter: z.string().optional().describe('Condition that facts must match.'),
    ...rowWords,
    groupByTimeUnit: z.string().optional().describe('Length of a time bucket, such as hour.'),
    timeZone: z
      .string()
      .optional()
      .describe(
        'Name in the tz database, such as Europe/Berlin: the zone of buckets, of parts of the timestamp and of ' +
          'relative ranges. Excludes tzo.',
      ),
    outputFormat: z.string().optional().describe('json, csv, parquet or xlsx.'),
    csvDelimiter: z.string().optional().describe('Comma, vertical line or tab; only with csv.'),
    csvBom: z
      .boolean()
      .optional()
      .describe('Begin every part with a byte order mark, as Excel expects of UTF-8; only with csv.'),
    csvHeader: z
      .boolean()
      .optional()
      .describe('Whether parts have a header line, true by default; only with csv.'),
    csvSafe: z
      .boolean()
      .optional()
      .describe('Put an apostrophe before texts that a spreadsheet would run as formulas; only with csv.'),
    reuse: z
      .boolean()
      .optional()
      .describe('Whether an equal query may give its result, if no fact has changed since; true by default.'),
    name: displayText.optional().describe('Display name of the query.'),
    reportDefinitionId: displayText.optional().describe('Id of the saved report that the query runs.'),
  })
  .meta({ id: 'SubmitQuery' });

export type SubmitQueryBody = z.infer<typeof submitQueryBody>;

/** Body of `POST …/hostQueries`. */
export const submitHostQueryBody = submitQueryBody
  .extend({ envgroupHostname: hostname.describe('Hostname of the environment.') })
  .meta({ id: 'SubmitHostQuery' });

/** Response to `GET …/queries/{id}/submission`. */
export const querySubmission = z
  .strictObject({
    body: submitQueryBody
      .nullable()
      .describe(
        'A body that asks the same; its ranges are absolute. null: the query was submitted in another form.',
      ),
    tzo: z.int().optional().describe('The parameter tzo of the submission. Absent: 0.'),
  })
  .meta({ id: 'QuerySubmission' });
export type QuerySubmission = z.infer<typeof querySubmission>;

const isoSeconds = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

const seconds = z.number().min(0);

/** The place of an enqueued query. */
export const queueView = z
  .strictObject({
    position: z.int().min(1).describe('1: it starts next, if no other query comes.'),
    ahead: z
      .strictObject({ ours: z.int().min(0), others: z.int().min(0) })
      .describe('Queries that start before it: of its organization, and of others.'),
    reason: z
      .enum(['workers_busy', 'environment_turn', 'retry_wait', 'equal_query'])
      .describe(
        'It waits for a free worker, for the queries ahead, for its retry delay, or for the result of an equal query.',
      ),
    eta: z
      .strictObject({ p50: seconds, p90: seconds })
      .describe('Seconds until it completes: within p50 in half, within p90 in nine of ten cases.'),
  })
  .meta({ id: 'QueuePlace' });
export type QueueView = z.infer<typeof queueView>;

/** The status of a query, which clients poll. */
export const queryStatus = z
  .strictObject({
    // Begins with `/organizations`, without host and version, because existing clients split it at
    // the slashes.
    self: z.string().describe('Path of the query, without host and version.'),
    name: z.string().optional().describe('As submitted.'),
    reportDefinitionId: z.string().optional().describe('As submitted.'),
    envgroupHostname: z.string().optional().describe('As submitted, in lower case.'),
    state: z.enum(['enqueued', 'running', 'completed', 'failed', 'cancelled', 'expired']),
    created: isoSeconds,
    updated: isoSeconds.optional().describe('Absent in the response to a submission.'),
    reused: z
      .literal(true)
      .optional()
      .describe('The result is that of an equal query; the submission did not count against the limits.'),
    error: z
      .string()
      .optional()
      .describe('"false" in the response to a submission; the reason for a failed query; otherwise absent.'),
    progress: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe('Percent; never decreases. An extension of Hourglass, like phase and rowsScanned.'),
    phase: z
      .enum(['waiting', 'collecting', 'computing', 'writing', 'storing'])
      .optional()
      .describe(
        'Waiting for a worker, collecting facts, computing the report, writing its parts, or storing the archive. ' +
          'Present while the query is enqueued or running.',
      ),
    rowsScanned: z
      .int()
      .min(0)
      .optional()
      .describe(
        'Facts read so far; of a segment of which a repeated report reads kept aggregates, the rows of these. ' +
          'Absent for queries that ended in a version that did not count them.',
      ),
    queue: queueView.optional().describe('In status and list, while the query is enqueued.'),
    result: z.strictObject({ self: z.string(), expires: isoSeconds }).optional(),
    resultRows: z
      .union([z.int(), z.string().regex(/^\d+$/)])
      .optional()
      .describe('A string, as in Apigee X, for requests with alt=json; otherwise a number.'),
    resultFileSize: z.string().optional().describe('Size of the parts, such as "0.02 KB".'),
    executionTime: z
      .string()
      .optional()
      .describe('Duration of the attempt that completed, without the time in the queue, such as "11 sec".'),
  })
  .meta({ id: 'Query' });

export type QueryStatus = z.infer<typeof queryStatus>;

/** The data of an event of `GET …/queries/{id}/events` and `GET …/queries/events`. */
export const queryEvent = queryStatus
  .pick({ self: true, state: true, progress: true, phase: true, rowsScanned: true, error: true })
  .extend({ time: z.iso.datetime({ precision: 3 }).describe('Time of the change.') })
  .meta({ id: 'QueryEvent' });
export type QueryEventData = z.infer<typeof queryEvent>;

/** The parameters of a submitted query, in the terms of the contract's list. */
export const queryParams = z
  .strictObject({
    dimensions: z.array(z.string()),
    metrics: z.array(z.string()).describe('Such as name:message_count,func:sum,alias:sum_message_count.'),
    startTimestamp: z.iso
      .datetime({ precision: 3 })
      .describe('Start of the range. Relative ranges are resolved at submission.'),
    endTimestamp: z.iso.datetime({ precision: 3 }).describe('End of the range, exclusive.'),
    timeUnit: z.string().optional().describe('Absent without groupByTimeUnit.'),
    timeZone: z.string().optional().describe('As submitted.'),
    outputFormat: z.enum(['json', 'csv', 'parquet', 'xlsx']),
  })
  .meta({ id: 'QueryParams' });
export type QueryParams = z.infer<typeof queryParams>;

export const listedQuery = queryStatus
  .extend({
    userId: z.string().describe('E-mail address of the submitter.'),
    queryParams,
  })
  .meta({ id: 'ListedQuery' });
export type ListedQuery = z.infer<typeof listedQuery>;

/** Response to `GET …/queries`, newest first. */
export const queryList = z
  .strictObject({
    queries: z.array(listedQuery),
    nextPageToken: z
      .string()
      .optional()
      .describe(
        'pageToken of the next request, whose other parameters must be the same. Absent on the last page.',
      ),
  })
  .meta({ id: 'QueryList' });
export type QueryList = z.infer<typeof queryList>;

const count = z.int().min(0);

/** Response to `POST …/queries?dryRun=true`: what the query would read if it ran now. */
export const queryExplanation = z
  .strictObject({
    rowsScanned: count.describe(
      'Facts that the engine would read: hot facts, and all of each segment that overlaps the range.',
    ),
    bytesScanned: count.describe(
      'Stored size of those segments, plus hot facts at their average width in the database.',
    ),
    segments: z
      .strictObject({ scanned: count, live: count })
      .describe('Segments that overlap the range, and all live segments of the environment and dataset.'),
    hotFacts: z
      .strictObject({ rows: count, exact: z.boolean() })
      .describe("Hot facts in the range; exact: counted, otherwise estimated by PostgreSQL's planner."),
    estimatedGroups: count
      .nullable()
      .describe(
        'Rows of the report without its limit. null: the number of values of a dimension is unknown.',
      ),
    estimatedSeconds: z
      .number()
      .min(0)
      .describe('Seconds from claim to archive, at the speed of recent queries.'),
    engine: z
      .strictObject({ name: z.enum(['DuckDB', 'ClickHouse']), reason: z.string() })
      .optional()
      .describe('The engine that would compute it, and why. Absent: the installation has no cluster.'),
    equalQuery: z
      .enum(['completed', 'active'])
      .optional()
      .describe(
        'An equal query whose result would be returned: at once, or when that query completes. Absent: the query would run.',
      ),
  })
  .meta({ id: 'QueryExplanation' });

export type QueryExplanation = z.infer<typeof queryExplanation>;

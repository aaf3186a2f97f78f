import { z } from 'zod';

const isoSeconds = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

/**
 * What a client polls. `self` starts with `/organizations`, without host and version, because existing
 * clients split it at the slashes.
 */
export const queryStatus = z
  .strictObject({
    self: z.string(),
    /** As it was submitted, like the next two. */
    name: z.string().optional(),
    reportDefinitionId: z.string().optional(),
    /** In lower case. */
    envgroupHostname: z.string().optional(),
    state: z.enum(['enqueued', 'running', 'completed', 'failed', 'cancelled', 'expired']),
    created: isoSeconds,
    /** Missing on the answer to a submission. */
    updated: isoSeconds.optional(),
    /** The text "false" on the answer to a submission, the reason on a failed query, else missing. */
    error: z.string().optional(),
    /** 0 to 100, never going backwards; ours like the next two, Apigee has no such fields. */
    progress: z.int().min(0).max(100).optional(),
    /**
     * Only of a query that is enqueued or running. `waiting` for a worker, `collecting` facts, `computing` the report,
     * `writing` its parts, `storing` the archive.
     */
    phase: z.enum(['waiting', 'collecting', 'computing', 'writing', 'storing']).optional(),
    /** Facts that were read so far. Missing on queries that ended in a version that did not count them. */
    rowsScanned: z.int().min(0).optional(),
    result: z.strictObject({ self: z.string(), expires: isoSeconds }).optional(),
    /** A text, as X has it, for requests with `alt=json`. */
    resultRows: z.union([z.int(), z.string().regex(/^\d+$/)]).optional(),
    /** Bytes of the gzip parts in KB with two decimals, like "0.02 KB". */
    resultFileSize: z.string().optional(),
    /** Time of the attempt that completed, without the time in the queue, like "11 sec". */
    executionTime: z.string().optional(),
  })
  .meta({ id: 'Query' });

export type QueryStatus = z.infer<typeof queryStatus>;

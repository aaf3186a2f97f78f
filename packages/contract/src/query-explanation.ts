import { z } from 'zod';

const count = z.int().min(0);

/** Answer of `POST …/queries?dryRun=true`: what the query would read if it ran now. */
export const queryExplanation = z
  .strictObject({
    /** Facts that the engine would look at: hot ones and all of the segments that may have some of the range. */
    rowsScanned: count,
    /** Whole segments as they are stored, and hot facts by their average width in the database. */
    bytesScanned: count,
    /** How many segments may have facts of the range, and how many the environment has of the dataset. */
    segments: z.strictObject({ scanned: count, live: count }),
    /** Of the environment, the range and what PostgreSQL knows of the filter; counted, or else estimated by its planner. */
    hotFacts: z.strictObject({ rows: count, exact: z.boolean() }),
    /** Rows of the report without its limit. Null: nothing is known of how many values a dimension has. */
    estimatedGroups: count.nullable(),
    /** From the claim to the archive, at the speed of recent queries. */
    estimatedSeconds: z.number().min(0),
  })
  .meta({ id: 'QueryExplanation' });

export type QueryExplanation = z.infer<typeof queryExplanation>;

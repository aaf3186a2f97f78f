import { z } from 'zod';
import { queryParams } from './query-list.ts';

/** Answer of `GET …/hostQueries/{id}/resultView` for a completed query; for any other it is an error, as the result is. */
export const resultView = z
  .strictObject({
    code: z.literal(200),
    /** Nothing is wrong. */
    error: z.literal(''),
    state: z.literal('completed'),
    metadata: queryParams,
    /** As NDJSON has them, whatever the query's output format. */
    rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
  })
  .meta({ id: 'ResultView' });
export type ResultView = z.infer<typeof resultView>;

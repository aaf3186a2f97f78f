import { z } from 'zod';

const timeRangeForms =
  'expected "last60minutes", "last24hours", "last7days" or {"start","end"} with ISO 8601 times';

const metric = z.strictObject({
  name: z.string(),
  function: z.string().optional(),
  alias: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
});

/**
 * Body of `POST …/queries`: the shape only. What the names mean is checked by the planner, so that one answer
 * can list the faults of both in the same words.
 */
export const submitQueryBody = z
  .strictObject({
    metrics: z.array(metric).optional(),
    dimensions: z.array(z.string()).optional(),
    timeRange: z.union([z.string(), z.strictObject({ start: z.string(), end: z.string() })], {
      error: ({ input }) => (input === undefined ? `is required: ${timeRangeForms}` : timeRangeForms),
    }),
    limit: z.int().optional(),
    filter: z.string().optional(),
    groupByTimeUnit: z.string().optional(),
    outputFormat: z.string().optional(),
    csvDelimiter: z.string().optional(),
  })
  .meta({ id: 'SubmitQuery' });

export type SubmitQueryBody = z.infer<typeof submitQueryBody>;

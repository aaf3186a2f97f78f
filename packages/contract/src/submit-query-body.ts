import { z } from 'zod';
import { hostname } from './hostnames.ts';

const timeRangeForms =
  'expected "last60minutes", "last24hours", "last7days" or {"start","end"} with ISO 8601 times';

const metric = z.strictObject({
  name: z.string(),
  function: z.string().optional(),
  alias: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
});

/** A text to show, which PostgreSQL can store. */
const label = z
  .string()
  .min(1, 'expected at least 1 character')
  .max(255, 'expected at most 255 characters')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'expected no control characters');

/**
 * Body of `POST …/queries`: the shape only. What the names mean is checked by the planner, so that one answer
 * can list the faults of both in the same words.
 */
export const submitQueryBody = z
  .strictObject({
    dataset: z.string().optional().describe('Kind of the facts; `api` by default.'),
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
    /** What the client calls the query. */
    name: label.optional(),
    /** The saved report that the query comes from. */
    reportDefinitionId: label.optional(),
  })
  .meta({ id: 'SubmitQuery' });

/** Body of `POST …/hostQueries`. */
export const submitHostQueryBody = submitQueryBody
  .extend({
    /** Stands for the environment that has it. */
    envgroupHostname: hostname,
  })
  .meta({ id: 'SubmitHostQuery' });

export type SubmitQueryBody = z.infer<typeof submitQueryBody>;

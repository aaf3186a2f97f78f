import { z } from 'zod';
import { aggregateFunctions } from '../catalogue/dataset.ts';
import { frozen } from './frozen.ts';
import { type Plan, timeUnits } from './plan.ts';

const planVersion = z.object({ version: z.unknown() });

const planShape: z.ZodType<Plan> = z.strictObject({
  version: z.literal(1),
  dataset: z.string(),
  tenant: z.strictObject({ organization: z.string(), environment: z.string(), environmentId: z.int() }),
  range: z.strictObject({ startMs: z.int(), endExclusiveMs: z.int() }),
  timeUnit: z.enum(timeUnits).nullable(),
  metrics: z.array(
    z.strictObject({
      metric: z.string(),
      function: z.enum(aggregateFunctions).nullable(),
      alias: z.string(),
    }),
  ),
  dimensions: z.array(z.string()),
  limitRows: z.int().min(1).nullable(),
  output: z.discriminatedUnion('format', [
    z.strictObject({ format: z.literal('json') }),
    z.strictObject({ format: z.literal('csv'), delimiter: z.enum([',', '|', '\t']) }),
  ]),
});

/**
 * Reads a plan that was stored as JSON. Throws when another version of the program wrote it, or when it is no
 * plan: running what is only half understood would answer with wrong numbers.
 */
export function parsePlan(value: unknown): Plan {
  const parsed = planShape.safeParse(value);
  if (parsed.success) return frozen(parsed.data);
  const { data } = planVersion.safeParse(value);
  if (data !== undefined && data.version !== 1) {
    throw new Error(`the stored plan has version ${String(data.version)}; expected version 1`);
  }
  throw new Error(`the stored plan cannot be read: ${z.prettifyError(parsed.error)}`);
}

import { z } from 'zod';
import { customFieldTypes } from '../catalogue/custom-field.ts';
import { aggregateFunctions, columnTypes, distinctFunctions } from '../catalogue/dataset.ts';
import { comparisons, type FilterNode } from '../filter/filter-node.ts';
import { identifier } from '../catalogue/names.ts';
import { deepFreeze } from './deep-freeze.ts';
import { maxUtcOffsetMinutes, operators, type Plan, timeUnits } from './plan.ts';

const planVersion = z.object({ version: z.unknown() });

const negated = z.boolean();
const type = z.enum(columnTypes);
const filterNode: z.ZodType<FilterNode> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['and', 'or']), parts: z.array(filterNode).min(2) }),
    z.strictObject({
      kind: z.literal('compare'),
      field: z.string(),
      type,
      operator: z.enum(comparisons),
      value: z.string(),
    }),
    z.strictObject({
      kind: z.literal('in'),
      field: z.string(),
      type,
      negated,
      values: z.array(z.string()).min(1),
    }),
    z.strictObject({ kind: z.enum(['like', 'similar']), field: z.string(), negated, pattern: z.string() }),
    z.strictObject({ kind: z.literal('null'), field: z.string(), negated }),
  ]),
);

const timeZone = z.strictObject({
  name: z.string(),
  offsets: z.array(z.strictObject({ fromMs: z.int(), offsetSeconds: z.int() })).min(1),
});

const groups = z.strictObject({
  sortBy: z.array(z.int().min(0)),
  descending: z.boolean(),
  offset: z.int().min(0),
  limit: z.int().min(0),
  newestFirst: z.boolean(),
});

const timeRange = z.strictObject({ startMs: z.int(), endExclusiveMs: z.int() });

/** Members that were added to this version are optional, because older stored plans lack them. */
const planShape: z.ZodType<Plan> = z.strictObject({
  version: z.literal(1),
  dataset: z.string(),
  tenant: z.strictObject({ organization: z.string(), environment: z.string(), environmentId: z.int() }),
  range: timeRange,
  timeUnit: z.enum(timeUnits).nullable(),
  utcOffsetMinutes: z.int().min(-maxUtcOffsetMinutes).max(maxUtcOffsetMinutes).exactOptional(),
  timeZone: timeZone.exactOptional(),
  metrics: z.array(
    z.strictObject({
      metric: z.string(),
      function: z.enum([...aggregateFunctions, ...distinctFunctions]).nullable(),
      percentile: z.number().min(0).max(100).exactOptional(),
      alias: z.string(),
      operation: z.strictObject({ operator: z.enum(operators), value: z.string() }).exactOptional(),
      part: z
        .strictObject({ of: z.enum(['share', 'total']), within: z.enum(['range', 'time']) })
        .exactOptional(),
    }),
  ),
  dimensions: z.array(z.string()),
  filter: filterNode.nullable().default(null),
  groups: groups.exactOptional(),
  limitRows: z.int().min(1).nullable(),
  orderBy: z.array(z.strictObject({ column: z.string(), descending: z.boolean() })).exactOptional(),
  having: filterNode.exactOptional(),
  others: z.literal(true).exactOptional(),
  comparedRange: timeRange.exactOptional(),
  fillGaps: z.literal(true).exactOptional(),
  customFields: z
    .array(
      z.strictObject({
        id: z.int().min(1),
        name: z.string().regex(identifier),
        type: z.enum(customFieldTypes),
      }),
    )
    .exactOptional(),
  output: z.discriminatedUnion('format', [
    z.strictObject({ format: z.enum(['json', 'parquet', 'xlsx']) }),
    z.strictObject({
      format: z.literal('csv'),
      delimiter: z.enum([',', '|', '\t']),
      bom: z.literal(true).exactOptional(),
      header: z.literal(false).exactOptional(),
      safe: z.literal(true).exactOptional(),
    }),
  ]),
  perFact: z.strictObject({ orderedBy: z.array(z.string()) }).exactOptional(),
  targetCurrency: z.string().exactOptional(),
});

/**
 * Reads a plan that was stored as JSON. Throws if it is not a plan of this version: running a plan
 * that is only partly understood could return wrong numbers.
 */
export function parsePlan(value: unknown): Plan {
  const parsed = planShape.safeParse(value);
  if (parsed.success) return deepFreeze(parsed.data);
  const { data } = planVersion.safeParse(value);
  if (data !== undefined && data.version !== 1) {
    throw new Error(`the stored plan has version ${String(data.version)}; expected version 1`);
  }
  throw new Error(`the stored plan cannot be read: ${z.prettifyError(parsed.error)}`);
}

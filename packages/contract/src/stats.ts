import { z } from 'zod';

/** Integers as they are, other numbers with a decimal point; null if no fact has a value. */
const valueText = z.string().nullable();

export const statsMetric = z
  .strictObject({
    name: z.string().describe('Such as sum(message_count).'),
    values: z
      .union([z.array(valueText), z.array(z.strictObject({ timestamp: z.int(), value: valueText }))])
      .describe(
        'One value; with a time unit one per bucket, with the start of the bucket in milliseconds since 1970.',
      ),
  })
  .meta({ id: 'StatsMetric' });

export const statsDimension = z
  .strictObject({
    name: z.string().describe('The values, joined by commas, which values may also contain.'),
    individualNames: z.array(z.string()).describe('The values, in the order of the path.'),
    metrics: z.array(statsMetric),
  })
  .meta({ id: 'StatsDimension' });

const metaData = z
  .strictObject({ errors: z.array(z.string()), notices: z.array(z.string()) })
  .meta({ id: 'StatsMetaData' });

/** Contains `dimensions` if the path has dimensions, otherwise `metrics`. */
const subject = z
  .strictObject({
    name: z.string(),
    metrics: z.array(statsMetric).optional(),
    dimensions: z.array(statsDimension).optional(),
  })
  .meta({ id: 'StatsPlace' });

/** The verbose form. */
export const stats = z.strictObject({ environments: z.array(subject), metaData }).meta({ id: 'Stats' });
export const hostStats = z.strictObject({ hosts: z.array(subject), metaData }).meta({ id: 'HostStats' });

const optimizedMetric = z
  .strictObject({
    env: z.string(),
    name: z.string(),
    values: z
      .array(z.number().nullable())
      .describe('One value; with a time unit one per bucket of TimeUnit.'),
  })
  .meta({ id: 'OptimizedStatsMetric' });

const optimizedGroup = z
  .strictObject({
    identifier: z.strictObject({ names: z.array(z.string()), values: z.array(z.string()) }),
    metric: z.array(optimizedMetric),
  })
  .meta({ id: 'OptimizedStatsGroup' });

function optimized<TimeUnit extends z.ZodType>(timeUnit: TimeUnit, id: string) {
  return z
    .strictObject({
      Response: z.strictObject({
        TimeUnit: z.array(timeUnit).describe('Starts of the buckets, in milliseconds since 1970.'),
        metaData,
        resultTruncated: z
          .boolean()
          .describe('true: the response has reached its maximum size and is incomplete.'),
        stats: z.strictObject({ data: z.array(z.union([optimizedGroup, optimizedMetric])) }),
      }),
    })
    .meta({ id });
}

/** The optimized form of Edge, in which milliseconds are numbers. */
export const edgeOptimizedStats = optimized(z.int(), 'EdgeOptimizedStats');

/** The optimized form of Apigee X, in which 64-bit integers, and so milliseconds, are strings. */
export const optimizedStats = optimized(z.string().regex(/^-?\d+$/), 'OptimizedStats');

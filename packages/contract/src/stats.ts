import { z } from 'zod';

/** Whole numbers as they are, the rest with a decimal point; null where no call has a value. */
const valueText = z.string().nullable();

export const statsMetric = z
  .strictObject({
    name: z.string().describe('Like sum(message_count).'),
    values: z
      .union([z.array(valueText), z.array(z.strictObject({ timestamp: z.int(), value: valueText }))])
      .describe('Without a time unit one value, else one for each bucket, at the millisecond it begins.'),
  })
  .meta({ id: 'StatsMetric' });

export const statsDimension = z
  .strictObject({
    name: z.string().describe('The values, separated by commas. They may have commas themselves.'),
    individualNames: z.array(z.string()).describe('The values, in the order of the path.'),
    metrics: z.array(statsMetric),
  })
  .meta({ id: 'StatsDimension' });

const metaData = z
  .strictObject({ errors: z.array(z.string()), notices: z.array(z.string()) })
  .meta({ id: 'StatsMetaData' });

/** With dimensions in the path there are `dimensions`, without there are `metrics`. */
const place = z
  .strictObject({
    name: z.string(),
    metrics: z.array(statsMetric).optional(),
    dimensions: z.array(statsDimension).optional(),
  })
  .meta({ id: 'StatsPlace' });

/** The verbose form. */
export const stats = z.strictObject({ environments: z.array(place), metaData }).meta({ id: 'Stats' });
export const hostStats = z.strictObject({ hosts: z.array(place), metaData }).meta({ id: 'HostStats' });

const optimizedMetric = z
  .strictObject({
    env: z.string(),
    name: z.string(),
    values: z
      .array(z.number().nullable())
      .describe('Without a time unit one value, else one for each of TimeUnit.'),
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
        TimeUnit: z.array(timeUnit).describe('When the buckets begin, in milliseconds.'),
        metaData,
        resultTruncated: z.boolean().describe('There is more than an answer may hold.'),
        stats: z.strictObject({ data: z.array(z.union([optimizedGroup, optimizedMetric])) }),
      }),
    })
    .meta({ id });
}

/** The optimized form as Edge has it, where milliseconds are numbers. */
export const edgeOptimizedStats = optimized(z.int(), 'EdgeOptimizedStats');

/** The optimized form as X has it, where milliseconds are texts, as all its 64-bit integers. */
export const optimizedStats = optimized(z.string().regex(/^-?\d+$/), 'OptimizedStats');

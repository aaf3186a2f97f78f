import { z } from 'zod';

const element = z
  .strictObject({
    name: z.string(),
    properties: z.strictObject({
      createTime: z
        .string()
        .regex(/^\d+$/)
        .describe('Milliseconds since 1970 of the declaration; 0 for built-in fields.'),
      custom: z.enum(['true', 'false']),
      type: z.enum(['string', 'integer', 'float', 'boolean', 'datetime']),
      description: z.string(),
      unit: z.string().optional().describe('Present for metrics.'),
      functions: z
        .array(z.enum(['sum', 'avg', 'min', 'max', 'percentile', 'approx_percentile']))
        .optional()
        .describe('Functions of a metric, the default first. Present for metrics.'),
    }),
  })
  .meta({ id: 'SchemaElement' });
export type SchemaElement = z.infer<typeof element>;

/** Response to `GET …/analytics/admin/schemav2`. */
export const datasetSchema = z
  .strictObject({
    meta: z.array(z.string()).max(0).describe('Always empty, for old clients of Apigee.'),
    dimensions: z.array(element),
    metrics: z.array(element),
  })
  .meta({ id: 'Schema' });
export type DatasetSchema = z.infer<typeof datasetSchema>;

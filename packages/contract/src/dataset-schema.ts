import { z } from 'zod';

const element = z
  .strictObject({
    name: z.string(),
    properties: z.strictObject({
      createTime: z
        .string()
        .regex(/^\d+$/)
        .describe('Milliseconds since 1970; 0 for what every environment has from the beginning.'),
      custom: z.enum(['true', 'false']),
      type: z.enum(['string', 'integer', 'float', 'boolean', 'datetime']),
    }),
  })
  .meta({ id: 'SchemaElement' });
export type SchemaElement = z.infer<typeof element>;

/** Answer of `GET …/analytics/admin/schemav2`. */
export const datasetSchema = z
  .strictObject({
    meta: z.array(z.string()).max(0).describe('Always empty; Apigee keeps it for old clients.'),
    dimensions: z.array(element),
    metrics: z.array(element),
  })
  .meta({ id: 'Schema' });
export type DatasetSchema = z.infer<typeof datasetSchema>;

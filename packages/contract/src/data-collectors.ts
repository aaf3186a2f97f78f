import { z } from 'zod';
import { customFieldDescription, customFieldType } from './custom-fields.ts';

const names = 'expected dc_ and at most 60 letters, digits and "_"';

/** Name of a data collector, in a body or a query parameter. */
export const dataCollectorName = z.string({ error: names }).regex(/^dc_\w{1,60}$/, names);

/** Body of `POST …/datacollectors`. */
export const createDataCollectorBody = z
  .strictObject({
    name: dataCollectorName.optional().describe('Required, unless the parameter dataCollectorId has it.'),
    type: customFieldType.describe('INTEGER and FLOAT collectors become metrics, the others dimensions.'),
    description: customFieldDescription.or(z.literal('')).optional(),
  })
  .meta({ id: 'CreateDataCollector' });

const millis = z.string().regex(/^\d+$/).describe('Milliseconds since 1970.');

/** A data collector as Apigee X shows it. */
export const dataCollector = z
  .strictObject({
    name: z.string(),
    type: customFieldType,
    description: z.string().optional(),
    createdAt: millis,
    lastModifiedAt: millis,
  })
  .meta({ id: 'DataCollector' });
export type DataCollectorView = z.infer<typeof dataCollector>;

/** Response to `GET …/datacollectors`, ordered by name. */
export const dataCollectorList = z
  .strictObject({ dataCollectors: z.array(dataCollector) })
  .meta({ id: 'DataCollectors' });

/** Response to `DELETE …/datacollectors/{name}`. */
export const deletedDataCollector = z.strictObject({});

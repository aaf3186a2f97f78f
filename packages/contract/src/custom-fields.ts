import { z } from 'zod';

export const customFieldType = z.enum(['INTEGER', 'FLOAT', 'STRING', 'BOOLEAN', 'DATETIME']);
const undeclaredFields = z
  .enum(['refuse', 'ignore'])
  .describe('Handling of undeclared fields in facts: refuse the fact, or ignore the field.');
export const customFieldDescription = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,500}$/u, 'expected 1 to 500 printable characters');

/** Body of `POST …/customFields`. */
export const declareCustomFieldBody = z.strictObject({
  name: z
    .string()
    .describe(
      'A letter, then at most 62 letters, digits and "_". Must differ from every metric and dimension, ignoring case.',
    ),
  type: customFieldType.describe('INTEGER and FLOAT fields become metrics, the others dimensions.'),
  dataset: z.string().default('api'),
  description: customFieldDescription.optional(),
});

/** Body of `PATCH …/customFields`. */
export const changeCustomFieldsBody = z.strictObject({ undeclaredFields });

export const customFieldView = z
  .strictObject({
    name: z.string(),
    type: customFieldType,
    dataset: z.string(),
    description: z.string().optional(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'CustomField' });
export type CustomFieldView = z.infer<typeof customFieldView>;

/** Response to `GET` and `PATCH …/customFields`, ordered by dataset and name. */
export const customFieldList = z
  .strictObject({ undeclaredFields, fields: z.array(customFieldView) })
  .meta({ id: 'CustomFields' });
export type CustomFieldList = z.infer<typeof customFieldList>;

import { z } from 'zod';
import { accountTime, lifetimeSeconds } from './account-fields.ts';
import { readIsoTime } from './iso-time.ts';

/** An access key without its secret. */
export const accessKeyView = z
  .strictObject({
    accesskeyId: z.string(),
    description: z.string().nullable(),
    created: accountTime,
    expires: accountTime.nullable().describe('null: never.'),
    disabled: z.boolean().describe('true: signatures of the key are refused until it is enabled again.'),
  })
  .meta({ id: 'AccessKey' });
export type AccessKeyView = z.infer<typeof accessKeyView>;

/** Response to `GET …/accessKeys`, newest first. */
export const accessKeyList = z.strictObject({ accessKeys: z.array(accessKeyView) });

/** Body of `POST …/accessKeys`. */
export const createAccessKeyBody = z.strictObject({
  description: z
    .string()
    .regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, 'expected 1 to 200 printable characters')
    .optional(),
  expiresInSeconds: lifetimeSeconds,
});
export type CreateAccessKeyBody = z.infer<typeof createAccessKeyBody>;

/** Response to `POST …/accessKeys`, the only one that contains the secret. */
export const createdAccessKey = accessKeyView
  .extend({ secret: z.string().describe('Not shown again.') })
  .meta({ id: 'CreatedAccessKey' });
export type CreatedAccessKey = z.infer<typeof createdAccessKey>;

const expectedExpiry = 'expected ISO 8601 with a zone, such as 2027-01-31T00:00:00Z, or null for never';

function readExpiry(text: string): number | null {
  const time = readIsoTime(text);
  return time?.separator === 'T' && time.hasZone ? time.ms : null;
}

/** Body of `PATCH …/accessKeys/{accessKeyId}`. Absent fields keep their values. */
export const changeAccessKeyBody = z
  .strictObject({
    disabled: z.boolean(),
    expires: z
      .string({ error: expectedExpiry })
      .refine((text) => readExpiry(text) !== null, expectedExpiry)
      .meta({ format: 'date-time' })
      .transform((text) => new Date(readExpiry(text) ?? 0).toISOString())
      .nullable(),
  })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'expected "disabled", "expires" or both');
export type ChangeAccessKeyBody = z.infer<typeof changeAccessKeyBody>;

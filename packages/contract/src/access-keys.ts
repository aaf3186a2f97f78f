import { z } from 'zod';
import { accountTime, lifetimeSeconds } from './account-fields.ts';

/** An access key without its secret: nothing shows that again. */
export const accessKeyView = z
  .strictObject({
    accesskeyId: z.string(),
    description: z.string().nullable(),
    created: accountTime,
    expires: accountTime.nullable().describe('null: never.'),
    disabled: z.boolean().describe('It signs nothing until it is enabled again.'),
  })
  .meta({ id: 'AccessKey' });
export type AccessKeyView = z.infer<typeof accessKeyView>;

/** Answer of `GET …/accessKeys`, newest first. */
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

/** Answer of `POST …/accessKeys`: the only one that ever shows the secret. */
export const createdAccessKey = accessKeyView.extend({ secret: z.string() }).meta({ id: 'CreatedAccessKey' });
export type CreatedAccessKey = z.infer<typeof createdAccessKey>;

/** Body of `PATCH …/accessKeys/{accessKeyId}`: what is left out stays as it is. */
export const changeAccessKeyBody = z
  .strictObject({
    disabled: z.boolean(),
    expires: z.iso
      .datetime({
        offset: true,
        error: 'expected ISO 8601 with a zone, such as 2027-01-31T00:00:00Z, or null for never',
      })
      .nullable(),
  })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'expected "disabled", "expires" or both');
export type ChangeAccessKeyBody = z.infer<typeof changeAccessKeyBody>;

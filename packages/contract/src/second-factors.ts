import { z } from 'zod';
import { accountTime, maxPasswordLength } from './account-fields.ts';

export const secondFactorState = z
  .enum(['none', 'pending', 'active'])
  .describe('pending: waits for its first code and protects nothing yet.');

const sentPassword = z
  .string()
  .max(maxPasswordLength, `expected at most ${maxPasswordLength} characters`)
  .describe('The password of the caller.');

const appCode = z.string().regex(/^\d{6}$/, 'expected six digits');

/** A code of an authenticator app, or a recovery code. */
export const secondFactorCode = z
  .string()
  .regex(
    /^(?:\d{6}|[a-zA-Z2-7]{4}(?:-[a-zA-Z2-7]{4}){3})$/,
    'expected six digits, or a recovery code such as abcd-efgh-2345-mnop',
  )
  .describe('Six digits of an authenticator app, or a recovery code. Each is accepted once.');

/** Response to `GET …/users/{email}/secondFactor`. */
export const secondFactorView = z
  .strictObject({
    state: secondFactorState,
    confirmed: accountTime.nullable().describe('null: not active.'),
    recoveryCodesLeft: z.int(),
  })
  .meta({ id: 'SecondFactor' });
export type SecondFactorView = z.infer<typeof secondFactorView>;

/** Body of `POST …/users/{email}/secondFactor`. */
export const startSecondFactorBody = z.strictObject({ password: sentPassword });

/** Response to `POST …/users/{email}/secondFactor`, the only one that contains the secret. */
export const startedSecondFactor = z
  .strictObject({
    state: z.literal('pending'),
    secret: z.string().describe('Base32. Not shown again.'),
    url: z.string().describe('The secret as an otpauth:// URL, which authenticator apps read.'),
  })
  .meta({ id: 'StartedSecondFactor' });
export type StartedSecondFactor = z.infer<typeof startedSecondFactor>;

/** Body of `POST …/users/{email}/secondFactor:confirm`. */
export const confirmSecondFactorBody = z.strictObject({ code: appCode });

/** Response to `POST …/users/{email}/secondFactor:confirm`, the only one that contains the recovery codes. */
export const confirmedSecondFactor = z
  .strictObject({
    state: z.literal('active'),
    recoveryCodes: z
      .array(z.string())
      .describe('Each takes the place of a code once. They are not shown again.'),
  })
  .meta({ id: 'ConfirmedSecondFactor' });
export type ConfirmedSecondFactor = z.infer<typeof confirmedSecondFactor>;

/** Body of `POST …/users/{email}/secondFactor:remove`. */
export const removeSecondFactorBody = z.strictObject({ password: sentPassword, code: secondFactorCode });

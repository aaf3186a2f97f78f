import { z } from 'zod';
import { accountTime, emailAddress, maxPasswordLength, roleName } from './account-fields.ts';
import { secondFactorCode } from './second-factors.ts';

/** Body of `POST /v1/signIn`. */
export const signInBody = z.strictObject({
  email: emailAddress,
  password: z.string().max(maxPasswordLength, `expected at most ${maxPasswordLength} characters`),
  code: secondFactorCode
    .optional()
    .describe('For a user with a second factor: six digits, or a recovery code. Ignored for others.'),
});

/** Response to a sign-in, the only one that contains the token. */
export const signedIn = z
  .strictObject({
    token: z.string().describe('Bearer token with the scopes of the role. Not shown again.'),
    expires: accountTime,
    email: z.string(),
    organization: z.string(),
    role: roleName,
  })
  .meta({ id: 'SignedIn' });
export type SignedInView = z.infer<typeof signedIn>;

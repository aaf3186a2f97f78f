import { z } from 'zod';
import { accountTime, roleName } from './account-fields.ts';

/** Response to a sign-in through an identity provider, the only one that contains the token. */
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

import { z } from 'zod';
import {
  accountTime,
  areDistinct,
  customerId,
  emailAddress,
  lifetimeSeconds,
  placeName,
  scopeName,
} from './account-fields.ts';

const maxCustomers = 100;

/** A token without its secret. */
export const tokenView = z
  .strictObject({
    id: z.string(),
    email: z.string().describe('User that the token authenticates as.'),
    madeBy: z
      .string()
      .nullable()
      .describe(
        'User that made the token, which is deleted with this user. null: made with the organization, or by an earlier version.',
      ),
    madeWith: z
      .string()
      .nullable()
      .describe('Id of the token with which the token was made. null: made with a password, or as above.'),
    scopes: z.array(scopeName).describe('Granted scopes that the roles of both users still have.'),
    description: z.string().nullable(),
    created: accountTime,
    expires: accountTime.nullable().describe('null: never.'),
    lastUsed: accountTime.nullable().describe('Within a minute. null: never used.'),
    environment: z
      .string()
      .nullable()
      .describe('The one environment to which the token is restricted. null: not restricted.'),
    customers: z
      .array(z.string())
      .describe(
        'Customers to whose consumption the token is restricted; it can read nothing else. Empty: not restricted.',
      ),
  })
  .meta({ id: 'Token' });
export type TokenView = z.infer<typeof tokenView>;

/** Response to `GET …/tokens`, newest first. */
export const tokenList = z.strictObject({ tokens: z.array(tokenView) });

/** Body of `POST …/tokens`. */
export const createTokenBody = z
  .strictObject({
    email: emailAddress.optional().describe('User that the token authenticates as; the caller by default.'),
    scopes: z
      .array(scopeName)
      .min(1, 'expected at least one scope')
      .refine(areDistinct, 'expected each scope once'),
    description: z
      .string()
      .min(1, 'expected at least 1 character')
      .max(200, 'expected at most 200 characters')
      .regex(/^\P{Cc}*$/u, 'expected no control characters')
      .optional(),
    expiresInSeconds: lifetimeSeconds.describe(
      'Never expires by default. A token that is made with one that expires ends with that at the latest.',
    ),
    environment: placeName
      .optional()
      .describe('Restricts the token to this environment; the whole organization by default.'),
    customers: z
      .array(customerId)
      .min(1, 'expected at least one customer')
      .max(maxCustomers, `expected at most ${maxCustomers} customers`)
      .refine(areDistinct, 'expected each customer once')
      .optional()
      .describe('Restricts the token to the consumption of these customers of the environment.'),
  })
  .refine(({ environment, customers }) => customers === undefined || environment !== undefined, {
    path: ['customers'],
    error: 'expected only together with "environment", to which the customers belong',
  });
export type CreateTokenBody = z.infer<typeof createTokenBody>;

/** Response to `POST …/tokens`, the only one that contains the secret. */
export const createdToken = tokenView
  .extend({ token: z.string().describe('Not shown again.') })
  .meta({ id: 'CreatedToken' });
export type CreatedToken = z.infer<typeof createdToken>;

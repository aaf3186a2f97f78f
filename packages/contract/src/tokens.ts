import { z } from 'zod';
import {
  accountTime,
  areDifferent,
  customerId,
  emailAddress,
  lifetimeSeconds,
  placeName,
  scopeName,
} from './account-fields.ts';

const maxCustomers = 100;

/** A token without itself: nothing shows it again. */
export const tokenView = z
  .strictObject({
    id: z.string(),
    email: z.string().describe('The user whom the token speaks for.'),
    scopes: z.array(scopeName).describe('Those of the granted ones that the user has now.'),
    description: z.string().nullable(),
    created: accountTime,
    expires: accountTime.nullable().describe('null: never.'),
    environment: z
      .string()
      .nullable()
      .describe('The only environment that the token is good for. null: all of the organization.'),
    customers: z
      .array(z.string())
      .describe(
        'The only customers whose consumption it may see, and all that it may see. Empty: not bound.',
      ),
  })
  .meta({ id: 'Token' });
export type TokenView = z.infer<typeof tokenView>;

/** Answer of `GET …/tokens`, newest first. */
export const tokenList = z.strictObject({ tokens: z.array(tokenView) });

/** Body of `POST …/tokens`. */
export const createTokenBody = z
  .strictObject({
    email: emailAddress.optional().describe('The user whom it speaks for; the caller when it is left out.'),
    scopes: z
      .array(scopeName)
      .min(1, 'expected at least one scope')
      .refine(areDifferent, 'expected every scope once'),
    description: z
      .string()
      .min(1, 'expected at least 1 character')
      .max(200, 'expected at most 200 characters')
      .regex(/^\P{Cc}*$/u, 'expected no control characters')
      .optional(),
    expiresInSeconds: lifetimeSeconds,
    environment: placeName
      .optional()
      .describe('The only environment that it is good for; all of the organization when it is left out.'),
    customers: z
      .array(customerId)
      .min(1, 'expected at least one customer')
      .max(maxCustomers, `expected at most ${maxCustomers} customers`)
      .refine(areDifferent, 'expected every customer once')
      .optional()
      .describe('Ids of customers of the environment: it sees their consumption, and nothing else.'),
  })
  .refine(({ environment, customers }) => customers === undefined || environment !== undefined, {
    path: ['customers'],
    error: 'expected together with "environment" only, whose customers they are',
  });
export type CreateTokenBody = z.infer<typeof createTokenBody>;

/** Answer of `POST …/tokens`: the only one that ever shows the token. */
export const createdToken = tokenView.extend({ token: z.string() }).meta({ id: 'CreatedToken' });
export type CreatedToken = z.infer<typeof createdToken>;

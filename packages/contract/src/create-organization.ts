import { z } from 'zod';
import { areDifferent, emailAddress, newPassword, placeName } from './account-fields.ts';
import { organizationView } from './organization.ts';

/** Body of `POST /v1/organizations`. */
export const createOrganizationBody = z.strictObject({
  name: placeName,
  environments: z.array(placeName).refine(areDifferent, 'expected every name once').default([]),
  administrator: z.strictObject({
    email: emailAddress,
    password: newPassword.optional().describe('One is made when it is left out.'),
  }),
});
export type CreateOrganizationBody = z.input<typeof createOrganizationBody>;

/** Answer of `POST /v1/organizations`: the only one that ever shows the password and the token. */
export const createdOrganization = z
  .strictObject({
    organization: organizationView,
    administrator: z.strictObject({
      email: z.string(),
      password: z.string().optional().describe('Only when it was made for the administrator.'),
    }),
    token: z.string().describe('Of the administrator: every scope of the role, never expires.'),
  })
  .meta({ id: 'CreatedOrganization' });
export type CreatedOrganization = z.infer<typeof createdOrganization>;

/** Body of `POST …/environments`. */
export const createEnvironmentBody = z.strictObject({ name: placeName });

import { z } from 'zod';
import { accountTime } from './account-fields.ts';
import { ownCeilings } from './ceilings.ts';

const state = z.enum(['active', 'suspended']);

/** An organization as operators see it: nothing of its data. */
export const organizationOverview = z
  .strictObject({
    name: z.string(),
    state,
    created: accountTime,
    suspended: accountTime.nullable().describe('null: active.'),
    lastUsed: accountTime
      .nullable()
      .describe('Time of the last accepted request, within a minute. null: none yet.'),
    environments: z.int(),
    users: z.int(),
    tokens: z.int(),
    links: z.int().describe('Links to results that have not expired.'),
    ceilings: z.strictObject(ownCeilings).describe('null: the default of the settings.'),
  })
  .meta({ id: 'OrganizationOverview' });
export type OrganizationOverviewView = z.infer<typeof organizationOverview>;

/** Response to `GET /v1/operator/organizations`, ordered by name. */
export const organizationOverviews = z
  .strictObject({ organizations: z.array(organizationOverview), nextPageToken: z.string().optional() })
  .meta({ id: 'OrganizationOverviews' });
export type OrganizationOverviewsView = z.infer<typeof organizationOverviews>;

/** Response to `POST …:suspend` and `POST …:resume`. */
export const organizationState = z
  .strictObject({ organization: z.string(), state })
  .meta({ id: 'OrganizationState' });
export type OrganizationStateView = z.infer<typeof organizationState>;

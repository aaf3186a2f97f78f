import type { NewOrganization, OrganizationStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { requireRole } from './account-roles.ts';
import type { OrganizationRecord, Principal } from './accounts.ts';

export interface OrganizationRequest extends Omit<NewOrganization, 'user'> {
  readonly administrator: { readonly email: string; readonly password: string };
}

/**
 * Creates an organization with its environments, an administrator and a token. The only use case
 * that acts outside of the caller's organization.
 * @throws ReportError `auth.role`, `account.limit`, `organization.exists`, `user.exists`
 */
export async function createOrganization(
  principal: Principal,
  { administrator, ...organization }: OrganizationRequest,
  organizations: OrganizationStore,
): Promise<OrganizationRecord> {
  requireRole(principal, 'operator');
  requireWithinLimit('environments', organization.environments.length);
  return organizations.create({ ...organization, user: { ...administrator, role: 'administrator' } });
}

import type { NewOrganization, OrganizationStore } from './account-admin.ts';
import { requireRoom } from './account-limits.ts';
import { requireRole } from './account-roles.ts';
import type { OrganizationRecord, Principal } from './accounts.ts';

export interface OrganizationRequest extends Omit<NewOrganization, 'user'> {
  readonly administrator: { readonly email: string; readonly password: string };
}

/**
 * Makes an organization with its environments, its administrator and a token, which is the only thing that reaches
 * beyond the caller's own organization.
 * @throws ReportError `auth.role`, `account.limit`, `organization.exists`, `user.exists`
 */
export async function createOrganization(
  principal: Principal,
  { administrator, ...organization }: OrganizationRequest,
  organizations: OrganizationStore,
): Promise<OrganizationRecord> {
  requireRole(principal, 'operator');
  requireRoom('environments', organization.environments.length);
  return organizations.create({ ...organization, user: { ...administrator, role: 'administrator' } });
}

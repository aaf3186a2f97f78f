import type { AuditOf } from '../audit/audit-event.ts';
import type { NewOrganization, OrganizationStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { requireRole } from './account-roles.ts';
import type { OrganizationRecord, Principal } from './accounts.ts';
import { requireUncommonPassword, type HashPassword } from './password-rules.ts';

export interface OrganizationRequest extends Omit<NewOrganization, 'user'> {
  readonly administrator: { readonly email: string; readonly password: string };
}

/**
 * Creates an organization with its environments, an administrator and a token. The only use case
 * that acts outside of the caller's organization.
 * @throws ReportError `auth.role`, `account.limit`, `request.invalid` for a common password,
 * `organization.exists`, `user.exists`
 */
export async function createOrganization(
  principal: Principal,
  { administrator: { email, password }, ...organization }: OrganizationRequest,
  {
    organizations,
    hashPassword,
    audit,
  }: {
    readonly organizations: OrganizationStore;
    readonly hashPassword: HashPassword;
    readonly audit: AuditOf<OrganizationRecord>;
  },
): Promise<OrganizationRecord> {
  requireRole(principal, 'operator');
  requireWithinLimit('environments', organization.environments.length);
  requireUncommonPassword(password, email, 'administrator.password');
  const user = { email, role: 'administrator', passwordHash: await hashPassword(password) } as const;
  return organizations.create({ ...organization, user }, audit);
}

import type { AuditOf } from '../audit/audit-event.ts';
import type { OrganizationStore } from './account-admin.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';
import { ReportError } from '../errors.ts';

/**
 * Suspends an organization that is not the caller's own, so that an operator remains, or resumes it.
 * @throws ReportError `auth.role` unless the caller is an operator, `organization.own`,
 * `organization.not_found`
 */
export async function suspendOrganization(
  principal: Principal,
  organization: string,
  {
    organizations,
    isSuspended,
    audit,
  }: {
    readonly organizations: OrganizationStore;
    readonly isSuspended: boolean;
    readonly audit: AuditOf<void>;
  },
): Promise<void> {
  requireRole(principal, 'operator');
  if (organization === principal.organization) throw new ReportError('organization.own', { organization });
  return isSuspended ? organizations.suspend(organization, audit) : organizations.resume(organization, audit);
}

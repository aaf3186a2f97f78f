import type { AuditOf } from '../audit/audit-event.ts';
import type { DeletionTerms, OrganizationDeletion, OrganizationStore } from './account-admin.ts';
import { isAtLeast, requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';
import { ReportError } from '../errors.ts';

/**
 * Deletes an organization that is not the caller's own, so that an operator remains.
 * @throws ReportError `organization.not_found`, also for the organization of others unless the caller is
 * an operator; `auth.role`, `organization.own`
 */
export async function deleteOrganization(
  principal: Principal,
  organization: string,
  {
    organizations,
    audit,
    ...terms
  }: DeletionTerms & {
    readonly organizations: OrganizationStore;
    readonly audit: AuditOf<OrganizationDeletion>;
  },
): Promise<OrganizationDeletion> {
  const { organization: caller } = principal;
  if (organization !== caller && !isAtLeast(principal.role, 'operator')) {
    throw new ReportError('organization.not_found', { organization });
  }
  requireRole(principal, 'operator');
  if (organization === caller) throw new ReportError('organization.own', { organization });
  return organizations.delete({ caller, organization }, terms, audit);
}

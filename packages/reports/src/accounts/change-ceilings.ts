import type { AuditOf } from '../audit/audit-event.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';
import type { CeilingsChange, CeilingStore, OwnCeilings } from './ceilings.ts';

/** @throws ReportError `auth.role` unless the caller is an operator, `organization.not_found` */
export async function changeCeilings(
  principal: Principal,
  organization: string,
  {
    change,
    ceilings,
    audit,
  }: {
    readonly change: CeilingsChange;
    readonly ceilings: CeilingStore;
    readonly audit: AuditOf<OwnCeilings>;
  },
): Promise<OwnCeilings> {
  requireRole(principal, 'operator');
  return ceilings.change(organization, change, audit);
}

import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';
import type { CeilingsChange, CeilingStore, OwnCeilings } from './ceilings.ts';

/** @throws ReportError `auth.role` unless the caller is an operator, `organization.not_found` */
export async function changeCeilings(
  principal: Principal,
  organization: string,
  { change, ceilings }: { readonly change: CeilingsChange; readonly ceilings: CeilingStore },
): Promise<OwnCeilings> {
  requireRole(principal, 'operator');
  return ceilings.change(organization, change);
}

import type { AuditOf } from '../audit/audit-event.ts';
import type { UserRule, UserStore } from './account-admin.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';
import { requireSuccessor } from './user-rules.ts';

/** @throws ReportError `user.not_found`, `auth.role` when the user is above the caller, `user.last_of_role` */
export function deleteUser(
  principal: Principal,
  email: string,
  { users, audit }: { readonly users: UserStore; readonly audit: AuditOf<void> },
): Promise<void> {
  const rule: UserRule = (user, others) => {
    requireRole(principal, user.role);
    requireSuccessor(user, others, null);
  };
  return users.delete(principal.organization, email, rule, audit);
}

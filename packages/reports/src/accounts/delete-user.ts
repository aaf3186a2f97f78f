import type { UserStore } from './account-admin.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';
import { requireSuccessor } from './user-rules.ts';

/** @throws ReportError `user.not_found`, `auth.role` when the user is above the caller, `user.last_of_role` */
export function deleteUser(principal: Principal, email: string, users: UserStore): Promise<void> {
  return users.delete(principal.organization, email, (user, others) => {
    requireRole(principal, user.role);
    requireSuccessor(user, others, null);
  });
}

import type { UserChange, UserRecord, UserStore } from './account-admin.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';
import { requireSuccessor } from './user-rules.ts';

/**
 * Changes a user's role, password or both.
 * @throws ReportError `user.not_found`, `auth.role` when the user is or would be above the caller,
 * `user.last_of_role`
 */
export function changeUser(
  principal: Principal,
  email: string,
  change: UserChange,
  users: UserStore,
): Promise<UserRecord> {
  const { role } = change;
  return users.change(principal.organization, email, change, (user, others) => {
    requireRole(principal, user.role);
    if (role === undefined) return;
    requireRole(principal, role);
    requireSuccessor(user, others, role);
  });
}

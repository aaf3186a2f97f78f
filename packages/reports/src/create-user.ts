import { accountLimits, type NewUser, type UserRecord, type UserStore } from './account-admin.ts';
import { requireRole } from './account-roles.ts';
import { ReportError } from './errors.ts';
import type { Principal } from './ports.ts';

/** @throws ReportError `auth.role` for a role above the caller's, `user.exists`, `account.limit` */
export async function createUser(
  principal: Principal,
  user: NewUser,
  users: UserStore,
): Promise<UserRecord> {
  requireRole(principal, user.role);
  return users.create(principal.organization, user, (count) => {
    if (count >= accountLimits.users) {
      throw new ReportError('account.limit', { limit: accountLimits.users, what: 'users' });
    }
  });
}

import type { NewUser, UserRecord, UserStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';

/** @throws ReportError `auth.role` for a role above the caller's, `user.exists`, `account.limit` */
export async function createUser(principal: Principal, user: NewUser, users: UserStore): Promise<UserRecord> {
  requireRole(principal, user.role);
  return users.create(principal.organization, user, (count) => requireWithinLimit('users', count + 1));
}

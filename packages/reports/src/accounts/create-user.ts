import type { AuditOf } from '../audit/audit-event.ts';
import type { UserRecord, UserStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { requireRole } from './account-roles.ts';
import type { Principal, Role } from './accounts.ts';
import { requireUncommonPassword, type HashPassword } from './password-rules.ts';

export interface UserRequest {
  readonly email: string;
  readonly role: Role;
  readonly password: string;
}

export interface WriteUserPorts {
  readonly users: UserStore;
  readonly hashPassword: HashPassword;
  readonly audit: AuditOf<UserRecord>;
}

/**
 * @throws ReportError `auth.role` for a role above the caller's, `request.invalid` for a common
 * password, `user.exists`, `account.limit`
 */
export async function createUser(
  principal: Principal,
  { password, ...user }: UserRequest,
  { users, hashPassword, audit }: WriteUserPorts,
): Promise<UserRecord> {
  requireRole(principal, user.role);
  requireUncommonPassword(password, user.email);
  const passwordHash = await hashPassword(password);
  return users.create(principal.organization, { ...user, passwordHash }, requireRoomForUser, audit);
}

function requireRoomForUser(count: number): void {
  requireWithinLimit('users', count + 1);
}

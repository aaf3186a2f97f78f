import type { AuditOf } from '../audit/audit-event.ts';
import type { TokenRecord, UserRecord, UserRule } from './account-admin.ts';
import { requireRole } from './account-roles.ts';
import type { Principal, Role } from './accounts.ts';
import type { WriteUserPorts } from './create-user.ts';
import { requireUncommonPassword } from './password-rules.ts';
import { requireSuccessor } from './user-rules.ts';

/** Omitted fields keep their values. */
export interface UserChangeRequest {
  readonly role?: Role | undefined;
  readonly password?: string | undefined;
}

export interface ChangeUserPorts extends WriteUserPorts {
  /** Describes the end of a sign-in. */
  readonly auditSignIn: AuditOf<TokenRecord>;
}

/**
 * Changes a user's role, password or both. A password that another user sets ends the sign-ins of the user, so that an intruder does
 * not stay. The own sign-ins stay: they would end the session that changes it.
 * @throws ReportError `user.not_found`, `auth.role` when the user is or would be above the caller,
 * `request.invalid` for a common password, `user.last_of_role`
 */
export async function changeUser(
  principal: Principal,
  email: string,
  { role, password }: UserChangeRequest,
  { users, hashPassword, audit, auditSignIn }: ChangeUserPorts,
): Promise<UserRecord> {
  if (password !== undefined) requireUncommonPassword(password, email);
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  const rule: UserRule = (user, others) => {
    requireRole(principal, user.role);
    if (role === undefined) return;
    requireRole(principal, role);
    requireSuccessor(user, others, role);
  };
  const isOwn = email.toLowerCase() === principal.email.toLowerCase();
  const endedSignIns = password === undefined || isOwn ? undefined : auditSignIn;
  return users.change(principal.organization, email, { role, passwordHash, endedSignIns }, rule, audit);
}

import type { AuditOf } from '../audit/audit-event.ts';
import type { UserRecord, UserStore } from './account-admin.ts';
import type { Principal } from './accounts.ts';
import {
  requireCurrentPassword,
  requireUncommonPassword,
  type HashPassword,
  type IsCurrentPassword,
} from './password-rules.ts';

export interface OwnPasswordChange {
  readonly currentPassword: string;
  readonly password: string;
}

export interface ChangeOwnPasswordPorts {
  readonly users: UserStore;
  readonly hashPassword: HashPassword;
  readonly isCurrentPassword: IsCurrentPassword;
  readonly audit: AuditOf<UserRecord>;
}

/**
 * Changes the caller's password. A token alone does not suffice: a stolen one must not take over its
 * user.
 * @throws ReportError `request.invalid` for a wrong current or a common new password
 */
export async function changeOwnPassword(
  { organization, email }: Principal,
  { currentPassword, password }: OwnPasswordChange,
  { users, hashPassword, isCurrentPassword, audit }: ChangeOwnPasswordPorts,
): Promise<UserRecord> {
  requireUncommonPassword(password, email);
  await requireCurrentPassword('currentPassword', currentPassword, isCurrentPassword);
  const passwordHash = await hashPassword(password);
  // Every user may change the own password, whatever the role.
  return users.change(organization, email, { passwordHash }, () => {}, audit);
}

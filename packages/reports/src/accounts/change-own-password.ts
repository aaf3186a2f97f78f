import type { AuditOf } from '../audit/audit-event.ts';
import { invalidRequest } from '../errors.ts';
import type { UserRecord, UserStore } from './account-admin.ts';
import type { Principal } from './accounts.ts';
import { requireUncommonPassword, type HashPassword } from './password-rules.ts';

export interface OwnPasswordChange {
  readonly currentPassword: string;
  readonly password: string;
}

export interface ChangeOwnPasswordPorts {
  readonly users: UserStore;
  readonly hashPassword: HashPassword;
  /** Whether this is the caller's password now. Counts as a sign-in. */
  readonly isCurrentPassword: (password: string) => Promise<boolean>;
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
  if (!(await isCurrentPassword(currentPassword))) {
    throw invalidRequest([
      { field: 'currentPassword', message: 'not the current password; expected the one to replace' },
    ]);
  }
  const passwordHash = await hashPassword(password);
  // Every user may change the own password, whatever the role.
  return users.change(organization, email, { passwordHash }, () => {}, audit);
}

import type { UserRecord } from './account-admin.ts';
import { isAtLeast } from './account-roles.ts';
import { ReportError } from '../errors.ts';
import type { Role } from './accounts.ts';

/**
 * Nobody could undo the loss of the last administrator, nor that of the last operator: operators belong to one
 * organization, and only they make others.
 * @param others all other users of the organization
 * @param next the role that the user is to have; null: the user is to be deleted
 * @throws ReportError `user.last_of_role`
 */
export function requireSuccessor(user: UserRecord, others: readonly UserRecord[], next: Role | null): void {
  for (const role of ['administrator', 'operator'] as const) {
    const gives = isAtLeast(user.role, role) && (next === null || !isAtLeast(next, role));
    if (gives && !others.some((other) => isAtLeast(other.role, role))) {
      throw new ReportError('user.last_of_role', { email: user.email, role });
    }
  }
}

import type { UserRecord } from './account-admin.ts';
import { isAtLeast } from './account-roles.ts';
import { ReportError } from '../errors.ts';
import type { Role } from './accounts.ts';

/**
 * Checks that the organization keeps an administrator and the installation an operator. The loss of
 * the last one could not be undone: operators belong to one organization, and only operators create
 * operators.
 * @param others all other users of the organization
 * @param next the user's new role; null when the user is deleted
 * @throws ReportError `user.last_of_role`
 */
export function requireSuccessor(user: UserRecord, others: readonly UserRecord[], next: Role | null): void {
  for (const role of ['administrator', 'operator'] as const) {
    const loses = isAtLeast(user.role, role) && (next === null || !isAtLeast(next, role));
    if (loses && !others.some((other) => isAtLeast(other.role, role))) {
      throw new ReportError('user.last_of_role', { email: user.email, role });
    }
  }
}

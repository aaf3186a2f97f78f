import { deriveInThreadPool, hashPassword } from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import { systemEvent } from '../audit/system-event.ts';
import { everyTenant } from '../connection/scope.ts';
import type { ScopedPrisma } from '../connection/scoped-prisma.ts';
import { insertOrganization } from './insert-organization.ts';

export interface FirstOrganization {
  readonly organization: string;
  readonly environments: readonly string[];
  /** E-mail of the first user, an operator. */
  readonly email: string;
  readonly password: string;
  /** A token with every scope that never expires. */
  readonly token: string;
}

/**
 * Creates the first organization with its environments, user and token, all or nothing. Returns
 * false, and changes nothing, when the database already has an organization. Safe to call from
 * concurrent processes.
 */
export async function bootstrap(prisma: ScopedPrisma, first: FirstOrganization): Promise<boolean> {
  const { organization: name, environments, email, token } = first;
  // Hashing is slow, so it precedes the transaction.
  const passwordHash = await hashPassword(first.password, deriveInThreadPool);
  return prisma.transaction(everyTenant, async (transaction) => {
    await transaction.$executeRaw`select pg_advisory_xact_lock(hashtext('hourglass.bootstrap'))`;
    if ((await transaction.organization.count()) > 0) return false;
    const user = { email, passwordHash, role: 'operator' } as const;
    await insertOrganization(transaction, { name, environments, user, token });
    await insertAuditEvent(transaction, {
      ...systemEvent('organization.create', { environments, administrator: email }),
      organization: name,
      object: name,
    });
    return true;
  });
}

import type { PrismaClient } from '../generated/client.ts';
import { inTransaction } from './changing-organization.ts';
import { insertOrganization } from './insert-organization.ts';
import { hashPassword } from './password.ts';

export interface FirstOrganization {
  readonly organization: string;
  readonly environments: readonly string[];
  /** Of the user, who is an operator. */
  readonly email: string;
  readonly password: string;
  /** Gets every scope and never expires. */
  readonly token: string;
}

/**
 * Makes the first organization with its environments, user and token, all or nothing. Does nothing and answers
 * false when the database has an organization already. Any number of programs may call it at once.
 */
export async function bootstrap(prisma: PrismaClient, first: FirstOrganization): Promise<boolean> {
  const { organization: name, environments, email, token } = first;
  // Before the transaction, which should not wait for it.
  const passwordHash = await hashPassword(first.password);
  return inTransaction(prisma, async (transaction) => {
    await transaction.$executeRaw`select pg_advisory_xact_lock(hashtext('hourglass.bootstrap'))`;
    if ((await transaction.organization.count()) > 0) return false;
    const user = { email, passwordHash, role: 'operator' } as const;
    await insertOrganization(transaction, { name, environments, user, token });
    return true;
  });
}

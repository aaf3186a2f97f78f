import { scopes } from '@hourglass/reports';
import { servedByDatabase } from '../database-errors.ts';
import type { PrismaClient } from '../generated/client.ts';
import { insertEnvironment, insertOrganization, insertToken, insertUser } from './admin.ts';
import { hashPassword } from './password.ts';

export interface FirstOrganization {
  readonly organization: string;
  readonly environments: readonly string[];
  /** Of the user, who is an administrator. */
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
  const { organization, environments, email, token } = first;
  // Before the transaction, which should not wait for it.
  const passwordHash = await hashPassword(first.password);
  return servedByDatabase(() =>
    prisma.$transaction(
      async (transaction) => {
        await transaction.$executeRaw`select pg_advisory_xact_lock(hashtext('hourglass.bootstrap'))`;
        if ((await transaction.organization.count()) > 0) return false;
        await insertOrganization(transaction, organization);
        for (const name of environments) await insertEnvironment(transaction, { organization, name });
        await insertUser(transaction, { organization, email, passwordHash, role: 'administrator' });
        await insertToken(transaction, { email, token, scopes });
        return true;
      },
      { maxWait: 10_000, timeout: 30_000 },
    ),
  );
}

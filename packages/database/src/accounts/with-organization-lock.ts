import { ReportError } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { ProcessRoles } from '../connection/roles.ts';
import { settingsOf, type Scope } from '../connection/scope.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';

/** A transaction within a scope. */
export type Connection = Prisma.TransactionClient;

/** A client whose transactions all name the tenant whose rows they may see. */
export class ScopedPrisma {
  private readonly client: PrismaClient;
  private readonly roles: ProcessRoles | null;

  constructor(client: PrismaClient, roles: ProcessRoles | null) {
    this.client = client;
    this.roles = roles;
  }

  transaction<Result>(scope: Scope, work: (transaction: Connection) => Promise<Result>): Promise<Result> {
    return this.client.$transaction(async (transaction) => {
      await this.enter(transaction, scope);
      return work(transaction);
    }, transactionLimits);
  }

  /** Replaces the scope of a transaction. */
  async enter(transaction: Connection, scope: Scope): Promise<void> {
    const settings = { role: this.roles?.base ?? 'none', ...settingsOf(scope, this.roles) };
    await transaction.$queryRaw`
      select set_config(name, value, true)
        from unnest(${Object.keys(settings)}::text[], ${Object.values(settings)}::text[]) as setting (name, value)`;
  }
}

/**
 * Milliseconds. A change waits for earlier changes of its organization and, under load, for a
 * connection.
 */
const transactionLimits = { maxWait: 10_000, timeout: 30_000 } as const;

export function inTransaction<Result>(
  prisma: ScopedPrisma,
  scope: Scope,
  work: (transaction: Connection) => Promise<Result>,
): Promise<Result> {
  return servedByDatabase(() => prisma.transaction(scope, work));
}

/**
 * Runs `work` in a transaction that locks the organization against other changes of its
 * environments, users and tokens, so that decisions stay valid between reads and writes.
 * @throws ReportError `organization.not_found`
 */
export function withOrganizationLock<Result>(
  prisma: ScopedPrisma,
  organization: string,
  work: (transaction: Connection, organizationId: number) => Promise<Result>,
): Promise<Result> {
  return inTransaction(prisma, { organization }, async (transaction) => {
    // `no key update` does not block foreign keys, so submissions and batches continue.
    const [row] = await transaction.$queryRaw<{ id: number }[]>`
      select id from organizations where name = ${organization} and deleted_at is null for no key update`;
    if (row === undefined) throw new ReportError('organization.not_found', { organization });
    return work(transaction, row.id);
  });
}

/** Throws `duplicate` instead of a unique constraint violation. */
export async function withDuplicateError<Result>(
  work: Promise<Result>,
  duplicate: ReportError,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const isDuplicate = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
    throw isDuplicate ? duplicate : error;
  }
}

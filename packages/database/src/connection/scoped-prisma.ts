import type { ProcessRoles } from './roles.ts';
import { servedByDatabase } from './database-errors.ts';
import { settingsOf, type Scope } from './scope.ts';
import type { Prisma, PrismaClient } from '../generated/client.ts';

/** A transaction within a scope. */
export type Connection = Prisma.TransactionClient;

/**
 * Milliseconds. A change waits for earlier changes of its organization and, under load, for a
 * connection.
 */
const transactionLimits = { maxWait: 10_000, timeout: 30_000 } as const;

/** A client whose transactions all name the tenant whose rows they may see. */
export class ScopedPrisma {
  private readonly client: PrismaClient;
  private readonly roles: ProcessRoles | null;

  constructor(client: PrismaClient, roles: ProcessRoles | null) {
    this.client = client;
    this.roles = roles;
  }

  /** @throws ServiceUnavailable when the database is unreachable or refuses service */
  transaction<Result>(scope: Scope, work: (transaction: Connection) => Promise<Result>): Promise<Result> {
    return servedByDatabase(() =>
      this.client.$transaction(async (transaction) => {
        await this.enter(transaction, scope);
        return work(transaction);
      }, transactionLimits),
    );
  }

  /** Replaces the scope of a transaction. */
  async enter(transaction: Connection, scope: Scope): Promise<void> {
    const settings = { role: this.roles?.base ?? 'none', ...settingsOf(scope, this.roles) };
    await transaction.$queryRaw`
      select set_config(name, value, true)
        from unnest(${Object.keys(settings)}::text[], ${Object.values(settings)}::text[]) as setting (name, value)`;
  }
}

import { ReportError } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';

/** A Prisma client or one of its transactions. */
export type Connection = Prisma.TransactionClient;

/**
 * Milliseconds. A change waits for earlier changes of its organization and, under load, for a
 * connection.
 */
const transactionLimits = { maxWait: 10_000, timeout: 30_000 } as const;

export function inTransaction<Result>(
  prisma: PrismaClient,
  work: (transaction: Connection) => Promise<Result>,
): Promise<Result> {
  return servedByDatabase(() => prisma.$transaction(work, transactionLimits));
}

/**
 * Runs `work` in a transaction that locks the organization against other changes of its
 * environments, users and tokens, so that decisions stay valid between reads and writes.
 * @throws ReportError `organization.not_found`
 */
export function withOrganizationLock<Result>(
  prisma: PrismaClient,
  organization: string,
  work: (transaction: Connection, organizationId: number) => Promise<Result>,
): Promise<Result> {
  return inTransaction(prisma, async (transaction) => {
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

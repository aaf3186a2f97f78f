import { ReportError } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';

/** The client itself, or a transaction of it. */
export type Connection = Prisma.TransactionClient;

/** A change waits for those of the same organization before it, and on a busy machine for a connection. */
const transactionLimits = { maxWait: 10_000, timeout: 30_000 } as const;

export function inTransaction<Result>(
  prisma: PrismaClient,
  work: (transaction: Connection) => Promise<Result>,
): Promise<Result> {
  return servedByDatabase(() => prisma.$transaction(work, transactionLimits));
}

/**
 * Runs `work` while nobody else changes the organization's environments, users and tokens, so that what it reads
 * is still true when it writes.
 * @throws ReportError `organization.not_found`
 */
export function changingOrganization<Result>(
  prisma: PrismaClient,
  organization: string,
  work: (transaction: Connection, organizationId: number) => Promise<Result>,
): Promise<Result> {
  return inTransaction(prisma, async (transaction) => {
    // Not a lock against the foreign keys of others: submissions and batches go on.
    const [row] = await transaction.$queryRaw<{ id: number }[]>`
      select id from organizations where name = ${organization} for no key update`;
    if (row === undefined) throw new ReportError('organization.not_found', { organization });
    return work(transaction, row.id);
  });
}

/** Answers the violation of a unique constraint with `taken`. */
export async function unlessTaken<Result>(work: Promise<Result>, taken: ReportError): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const isTaken = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
    throw isTaken ? taken : error;
  }
}

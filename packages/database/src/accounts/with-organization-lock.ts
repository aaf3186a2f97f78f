import { ReportError } from '@hourglass/reports';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { Prisma } from '../generated/client.ts';

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
  return prisma.transaction({ organization }, async (transaction) => {
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

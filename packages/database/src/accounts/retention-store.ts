import type { RetentionStore } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { PrismaClient } from '../generated/client.ts';

export function createRetentionStore(prisma: PrismaClient): RetentionStore {
  return {
    find: ({ environmentId: id }) =>
      servedByDatabase(async () => {
        const select = { retentionDays: true } as const;
        return (await prisma.environment.findUniqueOrThrow({ where: { id }, select })).retentionDays;
      }),
    change: ({ environmentId: id }, retentionDays) =>
      servedByDatabase(
        async () => void (await prisma.environment.update({ where: { id }, data: { retentionDays } })),
      ),
  };
}

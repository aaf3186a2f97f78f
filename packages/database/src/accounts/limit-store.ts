import type { LimitStore } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { PrismaClient } from '../generated/client.ts';

const columns = { queriesPerHour: true, activeQueries: true, turnWeight: true } as const;

export function createLimitStore(prisma: PrismaClient): LimitStore {
  return {
    find: ({ environmentId: id }) =>
      servedByDatabase(() => prisma.environment.findUniqueOrThrow({ where: { id }, select: columns })),
    // Waits for a submission that holds the row; the next one is decided by the new limits.
    change: ({ environmentId: id }, { queriesPerHour, activeQueries, turnWeight }) =>
      servedByDatabase(() =>
        prisma.environment.update({
          where: { id },
          data: {
            ...(queriesPerHour === undefined ? {} : { queriesPerHour }),
            ...(activeQueries === undefined ? {} : { activeQueries }),
            ...(turnWeight === undefined ? {} : { turnWeight }),
          },
          select: columns,
        }),
      ),
  };
}

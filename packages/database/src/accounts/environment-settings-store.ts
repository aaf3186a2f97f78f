import type { EnvironmentSettingsStore } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { PrismaClient } from '../generated/client.ts';

const columns = { queriesPerHour: true, activeQueries: true, turnWeight: true, retentionDays: true } as const;

export function createEnvironmentSettingsStore(prisma: PrismaClient): EnvironmentSettingsStore {
  return {
    find: ({ environmentId: id }) =>
      servedByDatabase(() => prisma.environment.findUniqueOrThrow({ where: { id }, select: columns })),
    // Waits for a submission that holds the row; the next submission is checked against the new
    // limits.
    change: ({ environmentId: id }, { queriesPerHour, activeQueries, turnWeight, retentionDays }) =>
      servedByDatabase(() =>
        prisma.environment.update({
          where: { id },
          data: {
            ...(queriesPerHour === undefined ? {} : { queriesPerHour }),
            ...(activeQueries === undefined ? {} : { activeQueries }),
            ...(turnWeight === undefined ? {} : { turnWeight }),
            ...(retentionDays === undefined ? {} : { retentionDays }),
          },
          select: columns,
        }),
      ),
  };
}

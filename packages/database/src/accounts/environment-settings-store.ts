import type {
  EnvironmentSettings,
  EnvironmentSettingsChange,
  EnvironmentSettingsStore,
} from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import { ceilingColumns, ownCeilings, type CeilingsRow } from './ceiling-store.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { withOrganizationLock } from './with-organization-lock.ts';

const columns = {
  queriesPerHour: true,
  activeQueries: true,
  turnWeight: true,
  retentionDays: true,
  schedules: true,
  scheduledQueries: true,
  organization: { select: ceilingColumns },
} as const;

export function createEnvironmentSettingsStore(prisma: ScopedPrisma): EnvironmentSettingsStore {
  return {
    find: ({ organization, environmentId: id }) =>
      prisma.transaction({ organization }, (transaction) => find(transaction, id)),
    // Waits for a submission that holds the row; the next submission is checked against the new
    // limits.
    change: ({ organization, environmentId: id }, change, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction) => {
        rule((await find(transaction, id)).ceilings);
        const row = await transaction.environment.update({
          where: { id },
          data: changed(change),
          select: columns,
        });
        const settings = settingsOf(row);
        await insertAuditEvent(transaction, audit(settings));
        return settings;
      }),
  };
}

async function find(connection: Connection, id: number): Promise<EnvironmentSettings> {
  return settingsOf(await connection.environment.findUniqueOrThrow({ where: { id }, select: columns }));
}

/** Omits undefined settings, which keep their values. */
function changed(change: EnvironmentSettingsChange) {
  const { queriesPerHour, activeQueries, turnWeight, retentionDays, schedules, scheduledQueries } = change;
  return {
    ...(queriesPerHour === undefined ? {} : { queriesPerHour }),
    ...(activeQueries === undefined ? {} : { activeQueries }),
    ...(turnWeight === undefined ? {} : { turnWeight }),
    ...(retentionDays === undefined ? {} : { retentionDays }),
    ...(schedules === undefined ? {} : { schedules }),
    ...(scheduledQueries === undefined ? {} : { scheduledQueries }),
  };
}

type SettingsRow = Omit<EnvironmentSettings, 'ceilings'> & {
  /** Null: the environment was deleted meanwhile. */
  readonly organization: CeilingsRow | null;
};

function settingsOf({ organization, ...settings }: SettingsRow): EnvironmentSettings {
  return { ...settings, ceilings: ownCeilings(organization) };
}

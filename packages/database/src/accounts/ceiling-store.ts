import { ReportError, type CeilingsChange, type CeilingStore, type OwnCeilings } from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import type { ScopedPrisma } from '../connection/scoped-prisma.ts';
import { withOrganizationLock } from './with-organization-lock.ts';

export const ceilingColumns = {
  queriesPerHourCeiling: true,
  activeQueriesCeiling: true,
  turnWeightCeiling: true,
  retentionDaysCeiling: true,
  schedulesCeiling: true,
  scheduledQueriesCeiling: true,
} as const;

export type CeilingsRow = { readonly [Column in keyof typeof ceilingColumns]: number | null };

export function createCeilingStore(prisma: ScopedPrisma): CeilingStore {
  return {
    find: (organization) =>
      prisma.transaction({ organization }, async (transaction) => {
        const where = { name: organization, deletedAt: null };
        const row = await transaction.organization.findUnique({ where, select: ceilingColumns });
        if (row === null) throw new ReportError('organization.not_found', { organization });
        return ownCeilings(row);
      }),
    change: (organization, change, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, id) => {
        const data = changed(change);
        const own = ownCeilings(
          await transaction.organization.update({ where: { id }, data, select: ceilingColumns }),
        );
        await insertAuditEvent(transaction, audit(own));
        return own;
      }),
  };
}

/** Omits undefined ceilings, which keep their values. */
function changed(change: CeilingsChange) {
  const { queriesPerHour, activeQueries, turnWeight, retentionDays, schedules, scheduledQueries } = change;
  return {
    ...(queriesPerHour === undefined ? {} : { queriesPerHourCeiling: queriesPerHour }),
    ...(activeQueries === undefined ? {} : { activeQueriesCeiling: activeQueries }),
    ...(turnWeight === undefined ? {} : { turnWeightCeiling: turnWeight }),
    ...(retentionDays === undefined ? {} : { retentionDaysCeiling: retentionDays }),
    ...(schedules === undefined ? {} : { schedulesCeiling: schedules }),
    ...(scheduledQueries === undefined ? {} : { scheduledQueriesCeiling: scheduledQueries }),
  };
}

export function ownCeilings(row: CeilingsRow | null): OwnCeilings {
  return {
    queriesPerHour: row?.queriesPerHourCeiling ?? null,
    activeQueries: row?.activeQueriesCeiling ?? null,
    turnWeight: row?.turnWeightCeiling ?? null,
    retentionDays: row?.retentionDaysCeiling ?? null,
    schedules: row?.schedulesCeiling ?? null,
    scheduledQueries: row?.scheduledQueriesCeiling ?? null,
  };
}

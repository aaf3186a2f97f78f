import {
  ReportError,
  type SecondFactorState,
  type UserRecord,
  type UserRule,
  type UserStore,
} from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { deleteSignIns } from './token-store.ts';
import { withOrganizationLock, withDuplicateError } from './with-organization-lock.ts';

export const userColumns = {
  email: true,
  role: true,
  createdAt: true,
  secondFactor: { select: { confirmedAt: true } },
} as const;

export function createUserStore(prisma: ScopedPrisma): UserStore {
  return {
    ...readsOf(prisma),
    create: (organization, { email, role, passwordHash }, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        rule(await transaction.user.count({ where: { organizationId } }));
        const data = { organizationId, email: email.toLowerCase(), role, passwordHash };
        const created = await withDuplicateError(
          transaction.user.create({ data, select: userColumns }),
          new ReportError('user.exists', { email }),
        );
        const user = userRecord(created);
        await insertAuditEvent(transaction, audit(user));
        return user;
      }),
    change: (organization, email, { role, passwordHash, endedSignIns }, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        await applyRule(transaction, { organizationId, email }, rule);
        const changed = await transaction.user.update({
          where: { email: email.toLowerCase(), organizationId },
          data: {
            ...(role === undefined ? {} : { role }),
            ...(passwordHash === undefined ? {} : { passwordHash }),
          },
          select: userColumns,
        });
        const user = userRecord(changed);
        await insertAuditEvent(transaction, audit(user));
        if (endedSignIns !== undefined)
          await deleteSignIns(transaction, { organizationId, email: user.email }, endedSignIns);
        return user;
      }),
    delete: (organization, email, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        await applyRule(transaction, { organizationId, email }, rule);
        await transaction.user.delete({ where: { email: email.toLowerCase(), organizationId } });
        await insertAuditEvent(transaction, audit());
      }),
  };
}

function readsOf(prisma: ScopedPrisma): Pick<UserStore, 'list' | 'find'> {
  return {
    list: (organization) =>
      prisma.transaction({ organization }, async (transaction) => {
        const users = await transaction.user.findMany({
          where: { organization: { name: organization } },
          select: userColumns,
          orderBy: { email: 'asc' },
        });
        return users.map(userRecord);
      }),
    find: (organization, email) =>
      prisma.transaction({ organization }, async (transaction) => {
        const user = await transaction.user.findFirst({
          where: { email: email.toLowerCase(), organization: { name: organization } },
          select: userColumns,
        });
        return user && userRecord(user);
      }),
  };
}

async function applyRule(
  transaction: Connection,
  { organizationId, email }: { organizationId: number; email: string },
  rule: UserRule,
): Promise<void> {
  const rows = await transaction.user.findMany({ where: { organizationId }, select: userColumns });
  const users = rows.map(userRecord);
  const user = users.find((candidate) => candidate.email === email.toLowerCase());
  if (user === undefined) throw new ReportError('user.not_found', { email });
  rule(
    user,
    users.filter((other) => other !== user),
  );
}

interface UserRow extends Omit<UserRecord, 'secondFactor'> {
  readonly secondFactor: { readonly confirmedAt: Date | null } | null;
}

export function userRecord({ secondFactor, ...user }: UserRow): UserRecord {
  const { email, role, createdAt } = user;
  return { email, role, createdAt, secondFactor: stateOf(secondFactor) };
}

export function stateOf(factor: UserRow['secondFactor']): SecondFactorState {
  if (factor === null) return 'none';
  return factor.confirmedAt === null ? 'pending' : 'active';
}

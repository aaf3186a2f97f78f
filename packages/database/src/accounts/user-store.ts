import { ReportError, type UserRule, type UserStore } from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import {
  withOrganizationLock,
  withDuplicateError,
  type Connection,
  type ScopedPrisma,
  inTransaction,
} from './with-organization-lock.ts';

const columns = { email: true, role: true, createdAt: true } as const;

export function createUserStore(prisma: ScopedPrisma): UserStore {
  return {
    list: (organization) =>
      inTransaction(prisma, { organization }, (transaction) =>
        transaction.user.findMany({
          where: { organization: { name: organization } },
          select: columns,
          orderBy: { email: 'asc' },
        }),
      ),
    find: (organization, email) =>
      inTransaction(prisma, { organization }, (transaction) =>
        transaction.user.findFirst({
          where: { email: email.toLowerCase(), organization: { name: organization } },
          select: columns,
        }),
      ),
    create: (organization, { email, role, passwordHash }, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        rule(await transaction.user.count({ where: { organizationId } }));
        const data = { organizationId, email: email.toLowerCase(), role, passwordHash };
        const user = await withDuplicateError(
          transaction.user.create({ data, select: columns }),
          new ReportError('user.exists', { email }),
        );
        await insertAuditEvent(transaction, audit(user));
        return user;
      }),
    change: (organization, email, { role, passwordHash }, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        await applyRule(transaction, { organizationId, email }, rule);
        const user = await transaction.user.update({
          where: { email: email.toLowerCase(), organizationId },
          data: {
            ...(role === undefined ? {} : { role }),
            ...(passwordHash === undefined ? {} : { passwordHash }),
          },
          select: columns,
        });
        await insertAuditEvent(transaction, audit(user));
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

async function applyRule(
  transaction: Connection,
  { organizationId, email }: { organizationId: number; email: string },
  rule: UserRule,
): Promise<void> {
  const users = await transaction.user.findMany({ where: { organizationId }, select: columns });
  const user = users.find((candidate) => candidate.email === email.toLowerCase());
  if (user === undefined) throw new ReportError('user.not_found', { email });
  rule(
    user,
    users.filter((other) => other !== user),
  );
}

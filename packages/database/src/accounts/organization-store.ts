import type { OrganizationStore } from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import { deleteEnvironment, deleteOrganization } from './delete-tenant.ts';
import { declareCollectors } from './data-collector-store.ts';
import type { ScopedPrisma } from '../connection/scoped-prisma.ts';
import { withOrganizationLock } from './with-organization-lock.ts';
import { insertOrganization } from './insert-organization.ts';
import { resume, suspend } from './suspend-organization.ts';

export function createOrganizationStore(prisma: ScopedPrisma): OrganizationStore {
  return {
    create: (organization, audit) =>
      prisma.transaction({ organization: organization.name }, async (transaction) => {
        const created = await insertOrganization(transaction, organization);
        await insertAuditEvent(transaction, audit(created));
        return created;
      }),
    createEnvironment: (organization, name, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        const existing = await transaction.environment.findMany({
          where: { organizationId },
          select: { name: true },
        });
        rule(existing.map((environment) => environment.name));
        const { id: environmentId, ...created } = await transaction.environment.create({
          data: { organizationId, name },
          select: { id: true, name: true, createdAt: true },
        });
        await declareCollectors(transaction, { organizationId, environmentId });
        await insertAuditEvent(transaction, audit(created));
        return created;
      }),
    deleteEnvironment: (place, terms, audit) => deleteEnvironment(prisma, place, { ...terms, audit }),
    suspend: (organization, audit) => suspend(prisma, organization, audit),
    resume: (organization, audit) => resume(prisma, organization, audit),
    delete: (names, terms, audit) => deleteOrganization(prisma, names, { ...terms, audit }),
  };
}

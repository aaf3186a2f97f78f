import type { OrganizationStore } from '@hourglass/reports';
import type { PrismaClient } from '../generated/client.ts';
import { deleteEnvironment, deleteOrganization } from './delete-tenant.ts';
import { withOrganizationLock, inTransaction } from './with-organization-lock.ts';
import { insertOrganization } from './insert-organization.ts';
import { resume, suspend } from './suspend-organization.ts';

export function createOrganizationStore(prisma: PrismaClient): OrganizationStore {
  return {
    create: (organization) =>
      inTransaction(prisma, (transaction) => insertOrganization(transaction, organization)),
    createEnvironment: (organization, name, rule) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        const existing = await transaction.environment.findMany({
          where: { organizationId },
          select: { name: true },
        });
        rule(existing.map((environment) => environment.name));
        return transaction.environment.create({
          data: { organizationId, name },
          select: { name: true, createdAt: true },
        });
      }),
    deleteEnvironment: (place, terms) => deleteEnvironment(prisma, place, terms),
    suspend: (organization) => suspend(prisma, organization),
    resume: (organization) => resume(prisma, organization),
    delete: (names, terms) => deleteOrganization(prisma, names, terms),
  };
}

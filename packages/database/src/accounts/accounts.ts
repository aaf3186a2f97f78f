import type { Accounts, OrganizationRecord } from '@hourglass/reports';
import type { GatherReads } from '../request-reads/gather-reads.ts';
import { organizationColumns } from './insert-organization.ts';
import { tenantReader } from '../request-reads/tenant-reader.ts';
import { tokenReader } from '../request-reads/token-reader.ts';
import type { ScopedPrisma } from '../connection/scoped-prisma.ts';

export function createAccounts(prisma: ScopedPrisma, reads: GatherReads): Accounts {
  return {
    authenticateToken: tokenReader(reads),
    findTenant: tenantReader(reads),
    findOrganization: (name) => findOrganization(prisma, name),
  };
}

async function findOrganization(prisma: ScopedPrisma, name: string): Promise<OrganizationRecord | null> {
  return prisma.transaction({ organization: name }, (transaction) =>
    transaction.organization.findUnique({ where: { name, deletedAt: null }, select: organizationColumns }),
  );
}

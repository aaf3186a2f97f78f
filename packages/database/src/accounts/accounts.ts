import type { Accounts, OrganizationRecord } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { GatherReads } from '../request-reads/gather-reads.ts';
import type { PrismaClient } from '../generated/client.ts';
import { organizationColumns } from './insert-organization.ts';
import { tenantReader } from '../request-reads/tenant-reader.ts';
import { tokenReader } from '../request-reads/token-reader.ts';

export function createAccounts(prisma: PrismaClient, reads: GatherReads): Accounts {
  const principalOfToken = tokenReader(reads);
  const tenantOf = tenantReader(reads);
  return {
    authenticateToken: (token) => servedByDatabase(() => principalOfToken(token)),
    findTenant: (scope) => servedByDatabase(() => tenantOf(scope)),
    findOrganization: (name) => servedByDatabase(() => findOrganization(prisma, name)),
  };
}

async function findOrganization(prisma: PrismaClient, name: string): Promise<OrganizationRecord | null> {
  return prisma.organization.findUnique({ where: { name, deletedAt: null }, select: organizationColumns });
}

import { scopesOfRole, type Accounts, type OrganizationRecord, type Principal } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { GatherReads } from '../request-reads/gather-reads.ts';
import type { PrismaClient } from '../generated/client.ts';
import { organizationColumns } from './insert-organization.ts';
import { decoyHash, passwordMatches } from './password.ts';
import { tenantReader } from '../request-reads/tenant-reader.ts';
import { tokenReader } from '../request-reads/token-reader.ts';

export function createAccounts(prisma: PrismaClient, reads: GatherReads): Accounts {
  const principalOfToken = tokenReader(reads);
  const tenantOf = tenantReader(reads);
  return {
    authenticateToken: (token) => servedByDatabase(() => principalOfToken(token)),
    authenticatePassword: (email, password) =>
      servedByDatabase(() => authenticatePassword(prisma, email, password)),
    findTenant: (scope) => servedByDatabase(() => tenantOf(scope)),
    findOrganization: (name) => servedByDatabase(() => findOrganization(prisma, name)),
  };
}

async function authenticatePassword(
  prisma: PrismaClient,
  email: string,
  password: string,
): Promise<Principal | null> {
  const user = await prisma.user.findUnique({
    where: { email: email.toLowerCase() },
    include: { organization: true },
  });
  // Checked for unknown users too, so that the response time does not reveal which accounts exist.
  const matches = await passwordMatches(password, user?.passwordHash ?? decoyHash);
  if (user === null || !matches) return null;
  const { email: knownEmail, role } = user;
  return {
    organization: user.organization.name,
    environment: null,
    customers: [],
    email: knownEmail,
    role,
    scopes: scopesOfRole[role],
  };
}

async function findOrganization(prisma: PrismaClient, name: string): Promise<OrganizationRecord | null> {
  return prisma.organization.findUnique({ where: { name, deletedAt: null }, select: organizationColumns });
}

import type { Tenant } from '@hourglass/query';
import {
  scopesOfRole,
  type Accounts,
  type OrganizationRecord,
  type Principal,
  type QueryScope,
  type Role,
} from '@hourglass/reports';
import { servedByDatabase } from '../database-errors.ts';
import type { PrismaClient } from '../generated/client.ts';
import { scopesOfToken } from './account-scopes.ts';
import { organizationColumns } from './insert-organization.ts';
import { hashOfNobody, passwordMatches } from './password.ts';
import { tokenHash } from './token-hash.ts';

interface TokenRow {
  readonly organization: string;
  readonly email: string;
  readonly role: Role;
  readonly scopes: readonly string[];
}

export function createAccounts(prisma: PrismaClient): Accounts {
  return {
    authenticateToken: (token) => servedByDatabase(() => authenticateToken(prisma, token)),
    authenticatePassword: (email, password) =>
      servedByDatabase(() => authenticatePassword(prisma, email, password)),
    findTenant: (scope) => servedByDatabase(() => findTenant(prisma, scope)),
    findOrganization: (name) => servedByDatabase(() => findOrganization(prisma, name)),
  };
}

async function authenticateToken(prisma: PrismaClient, token: string): Promise<Principal | null> {
  // Raw, because the database's clock decides whether it expired.
  const [row] = await prisma.$queryRaw<TokenRow[]>`
    select o.name as organization, u.email, u.role, t.scopes
      from tokens t
      join users u on u.id = t.user_id
      join organizations o on o.id = u.organization_id
     where t.hash = ${tokenHash(token)} and (t.expires_at is null or t.expires_at > now())`;
  if (row === undefined) return null;
  const { organization, email, role } = row;
  return { organization, email, role, scopes: scopesOfToken(role, row.scopes) };
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
  // The password is checked in either case, so that the time does not tell who has an account.
  const matches = await passwordMatches(password, user?.passwordHash ?? hashOfNobody);
  if (user === null || !matches) return null;
  const { email: knownEmail, role } = user;
  return { organization: user.organization.name, email: knownEmail, role, scopes: scopesOfRole[role] };
}

async function findTenant(prisma: PrismaClient, scope: QueryScope): Promise<Tenant | null> {
  const { organization, environment } = scope;
  const row = await prisma.environment.findFirst({
    where: { name: environment, organization: { name: organization } },
    select: { id: true },
  });
  return row === null ? null : { organization, environment, environmentId: row.id };
}

async function findOrganization(prisma: PrismaClient, name: string): Promise<OrganizationRecord | null> {
  return prisma.organization.findUnique({ where: { name }, select: organizationColumns });
}

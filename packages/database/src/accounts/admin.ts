import type { Tenant } from '@hourglass/query';
import type { Role, Scope } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { PrismaClient } from '../generated/client.ts';
import { hashPassword } from './password.ts';
import { tokenHash } from './token-hash.ts';

export interface NewEnvironment {
  readonly organization: string;
  readonly name: string;
}

export interface NewUser {
  readonly organization: string;
  readonly email: string;
  readonly password: string;
  readonly role: Role;
}

export interface NewToken {
  /** E-mail of the user whom the token speaks for. */
  readonly email: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
  /** Never, when it is left out. */
  readonly expiresAt?: Date;
  /** The only one of the user's organization that it is good for; all, when it is left out. */
  readonly environment?: string;
  /** The only ones of that environment whose consumption it may see; it is not bound to any, when they are left out. */
  readonly customers?: readonly string[];
}

/** Makes tenants and their credentials. Throws when the name exists already or what it belongs to does not. */
export interface Admin {
  createOrganization(name: string): Promise<void>;
  createEnvironment(environment: NewEnvironment): Promise<Tenant>;
  createUser(user: NewUser): Promise<void>;
  createToken(token: NewToken): Promise<void>;
}

export function createAdmin(prisma: PrismaClient): Admin {
  return {
    createOrganization: (name) => servedByDatabase(() => insertOrganization(prisma, name)),
    createEnvironment: (environment) => servedByDatabase(() => insertEnvironment(prisma, environment)),
    createUser: ({ password, ...user }) =>
      servedByDatabase(async () =>
        insertUser(prisma, { ...user, passwordHash: await hashPassword(password) }),
      ),
    createToken: (token) => servedByDatabase(() => insertToken(prisma, token)),
  };
}

async function insertOrganization(prisma: PrismaClient, name: string): Promise<void> {
  await prisma.organization.create({ data: { name } });
}

async function insertEnvironment(prisma: PrismaClient, environment: NewEnvironment): Promise<Tenant> {
  const { id } = await prisma.environment.create({
    data: { name: environment.name, organization: { connect: { name: environment.organization } } },
  });
  return { organization: environment.organization, environment: environment.name, environmentId: id };
}

async function insertUser(
  prisma: PrismaClient,
  user: Omit<NewUser, 'password'> & { readonly passwordHash: string },
): Promise<void> {
  await prisma.user.create({
    data: {
      email: user.email.toLowerCase(),
      passwordHash: user.passwordHash,
      role: user.role,
      organization: { connect: { name: user.organization } },
    },
  });
}

async function insertToken(prisma: PrismaClient, token: NewToken): Promise<void> {
  const { id: userId, organizationId } = await prisma.user.findUniqueOrThrow({
    where: { email: token.email.toLowerCase() },
  });
  const environment =
    token.environment === undefined
      ? null
      : await prisma.environment.findUniqueOrThrow({
          where: { organizationId_name: { organizationId, name: token.environment } },
        });
  await prisma.token.create({
    data: {
      hash: tokenHash(token.token),
      scopes: [...token.scopes],
      expiresAt: token.expiresAt ?? null,
      userId,
      environmentId: environment?.id ?? null,
      customers: [...(token.customers ?? [])],
    },
  });
}

import type { Tenant } from '@hourglass/query';
import type { Scope } from '@hourglass/reports';
import { servedByDatabase } from '../database-errors.ts';
import type { Prisma, PrismaClient } from '../generated/client.ts';
import type { Role } from './account-scopes.ts';
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

/** The client itself, or a transaction of it. */
type Connection = Prisma.TransactionClient;

export async function insertOrganization(prisma: Connection, name: string): Promise<void> {
  await prisma.organization.create({ data: { name } });
}

export async function insertEnvironment(prisma: Connection, environment: NewEnvironment): Promise<Tenant> {
  const { id } = await prisma.environment.create({
    data: { name: environment.name, organization: { connect: { name: environment.organization } } },
  });
  return { organization: environment.organization, environment: environment.name, environmentId: id };
}

export async function insertUser(
  prisma: Connection,
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

export async function insertToken(prisma: Connection, token: NewToken): Promise<void> {
  await prisma.token.create({
    data: {
      hash: tokenHash(token.token),
      scopes: [...token.scopes],
      expiresAt: token.expiresAt ?? null,
      user: { connect: { email: token.email.toLowerCase() } },
    },
  });
}

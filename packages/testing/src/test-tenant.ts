import { randomUUID } from 'node:crypto';
import { scopes, type Role, type Scope } from '@hourglass/reports';
import { connectDatabase } from './database-client.ts';
import { createTestAdmin } from './test-admin.ts';

/** An organization with a user and a token. */
export interface TestTenant {
  readonly organization: string;
  readonly email: string;
  readonly token: string;
}

export interface NewTestTenant {
  /** Default: a new name. */
  readonly organization?: string;
  /** Default: one that is made of the organization's name. */
  readonly email?: string;
  /** Default: `prod`. */
  readonly environments?: readonly string[];
  /** Default: a random one. */
  readonly token?: string;
  /** Default: all. */
  readonly tokenScopes?: readonly Scope[];
  /** The role of the user. Default: member. */
  readonly role?: Role;
  /** Default: one that is made of the organization's name. */
  readonly password?: string;
  /** Restricts the token to an environment. */
  readonly environment?: string;
  /** Restricts the token to the consumption of these customers. */
  readonly customers?: readonly string[];
}

/** Creates an organization with environments, a user and a token. */
export async function createTestTenant(databaseUrl: string, tenant: NewTestTenant): Promise<TestTenant> {
  const {
    organization = uniqueName('other'),
    environments = ['prod'],
    email = `owner@${organization}.example`,
    token = `token-${randomUUID()}`,
  } = tenant;
  const { tokenScopes = scopes, role = 'member', password = `password of ${organization}` } = tenant;
  const { environment, customers = [] } = tenant;
  const database = await connectDatabase(databaseUrl);
  const admin = createTestAdmin(database);
  try {
    await admin.createOrganization(organization);
    for (const name of environments) await admin.createEnvironment({ organization, name });
    await admin.createUser({ organization, email, password, role });
    await admin.createToken({
      email,
      token,
      scopes: tokenScopes,
      ...(environment === undefined ? {} : { environment }),
      customers,
    });
  } finally {
    await database.end();
  }
  return { organization, email, token };
}

/** A name that no other organization of the test run has. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}

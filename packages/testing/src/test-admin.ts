import { createHash } from 'node:crypto';
import type { Database } from '@hourglass/database';
import type { Tenant } from '@hourglass/query';
import type { Role, Scope } from '@hourglass/reports';
import { connectDatabase } from './database-client.ts';

export interface TestUser {
  readonly organization: string;
  readonly email: string;
  readonly password: string;
  readonly role: Role;
}

export interface TestToken {
  /** E-mail of the user that the token belongs to. */
  readonly email: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
  /** Never, when it is left out. */
  readonly expiresAt?: Date;
  /** Restricts the token to this environment of the user's organization. */
  readonly environment?: string;
  /** Restricts the token to the consumption of these customers of the environment. */
  readonly customers?: readonly string[];
}

/**
 * Creates tenants and credentials without the checks of the API: an organization may lack users,
 * and a token may be any text and already expired. Throws when the name is taken or the owner does
 * not exist.
 */
export interface TestAdmin {
  createOrganization(name: string): Promise<void>;
  createEnvironment(environment: { organization: string; name: string }): Promise<Tenant>;
  createUser(user: TestUser): Promise<void>;
  createToken(token: TestToken): Promise<void>;
}

export function createTestAdmin(database: Pick<Database, 'users'>, url: string): TestAdmin {
  return {
    createOrganization: async (name) =>
      void (await insertOne(url, 'insert into organizations (name) values ($1) returning id', [name])),
    async createEnvironment({ organization, name }) {
      const environmentId = await insertOne(
        url,
        `insert into environments (organization_id, name)
         select id, $2 from organizations where name = $1 returning id`,
        [organization, name],
      );
      return { organization, environment: name, environmentId: Number(environmentId) };
    },
    createUser: async ({ organization, ...user }) =>
      void (await database.users.create(organization, user, () => {})),
    createToken: async ({ email, token, scopes, expiresAt, environment, customers = [] }) =>
      void (await insertOne(
        url,
        `insert into tokens (user_id, hash, scopes, expires_at, environment_id, customers)
         select u.id, $2, $3, $4, e.id, $6
           from users u
           left join environments e on e.organization_id = u.organization_id and e.name = $5
          where u.email = lower($1) and ($5::text is null or e.id is not null)
         returning id`,
        [email, sha256(token), scopes, expiresAt ?? null, environment ?? null, customers],
      )),
  };
}

async function insertOne(url: string, statement: string, parameters: readonly unknown[]): Promise<unknown> {
  const client = await connectDatabase(url);
  try {
    const [row] = await client.sql<{ id: unknown }>(statement, parameters);
    if (row === undefined) throw new Error(`nothing to attach ${JSON.stringify(parameters)} to`);
    return row.id;
  } finally {
    await client.end();
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

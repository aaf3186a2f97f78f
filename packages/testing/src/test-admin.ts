import { createHash, randomBytes, scryptSync } from 'node:crypto';
import type { Tenant } from '@hourglass/query';
import type { Role, Scope } from '@hourglass/reports';
import type { DatabaseClient } from './database-client.ts';

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

export function createTestAdmin({ sql }: Pick<DatabaseClient, 'sql'>): TestAdmin {
  const insertOne = async (statement: string, parameters: readonly unknown[]): Promise<unknown> => {
    const [row] = await sql<{ id: unknown }>(statement, parameters);
    if (row === undefined) throw new Error(`nothing to attach ${JSON.stringify(parameters)} to`);
    return row.id;
  };
  return {
    createOrganization: async (name) =>
      void (await insertOne('insert into organizations (name) values ($1) returning id', [name])),
    async createEnvironment({ organization, name }) {
      const environmentId = await insertOne(
        `insert into environments (organization_id, name)
         select id, $2 from organizations where name = $1 returning id`,
        [organization, name],
      );
      return { organization, environment: name, environmentId: Number(environmentId) };
    },
    createUser: async ({ organization, email, role, password }) =>
      void (await insertOne(
        `insert into users (organization_id, email, role, password_hash)
         select id, lower($2), $3::role, $4 from organizations where name = $1 returning id`,
        [organization, email, role, hashCheaply(password)],
      )),
    createToken: async ({ email, token, scopes, expiresAt, environment, customers = [] }) =>
      void (await insertOne(
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

/** A stored hash includes its cost. Most tests never use the password, and a hash of full cost takes 0.1 s. */
function hashCheaply(password: string): string {
  const cost = { N: 1024, r: 8, p: 1 };
  const salt = randomBytes(16);
  const hash = scryptSync(password.normalize('NFC'), salt, 32, cost);
  return ['scrypt', ...Object.values(cost), salt.toString('base64'), hash.toString('base64')].join('$');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { scrypt as scryptWithCallback } from 'node:crypto';
import { promisify } from 'node:util';
import { deriveInThreadPool, passwordMatches, scopes } from '@hourglass/reports';
import { createTestDatabase, testAudit as audit } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../src/index.ts';
import { withClient } from './empty-database.ts';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';
import { passwords } from './sign-in.ts';

const { authenticatePassword, hashPassword } = passwords;

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
  const { users } = db.database;
  const anyNumber = () => {};
  const jane = {
    email: 'Jane@Example.com',
    passwordHash: await hashPassword('correct horse'),
    role: 'administrator',
  } as const;
  const joe = {
    email: 'joe@example.com',
    passwordHash: await hashPassword('battery staple'),
    role: 'member',
  } as const;
  await users.create('acme', jane, anyNumber, audit);
  await users.create('acme', joe, anyNumber, audit);
});
afterAll(() => db.close());

describe('a password', () => {
  test("authenticates its user with the role's scopes, regardless of the e-mail's letter case", async () => {
    expect(await authenticatePassword(db.database, 'jane@EXAMPLE.com', 'correct horse')).toEqual({
      organization: 'acme',
      environment: null,
      customers: [],
      tokenId: null,
      email: 'jane@example.com',
      role: 'administrator',
      scopes: [...scopes],
      isSuspended: false,
      signIn: null,
    });
    expect(await authenticatePassword(db.database, 'joe@example.com', 'battery staple')).toEqual({
      organization: 'acme',
      environment: null,
      customers: [],
      tokenId: null,
      email: 'joe@example.com',
      role: 'member',
      scopes: ['read', 'submit', 'ingest'],
      isSuspended: false,
      signIn: null,
    });
  });

  test.each([
    ['jane@example.com', 'battery staple'],
    ['jane@example.com', 'Correct horse'],
    ['jane@example.com', ''],
    ['nobody@example.com', 'correct horse'],
    ["' or true --", 'correct horse'],
  ])('does not let %j in with %j', async (email, password) => {
    expect(await authenticatePassword(db.database, email, password)).toBeNull();
  });

  test('is stored as salted scrypt with its parameters, each time with a new salt', async () => {
    const rows = await db.sql<{ password_hash: string }>('select password_hash from users order by email');
    const [jane = '', joe = ''] = rows.map((row) => row.password_hash);
    const [name, N, r, p, salt = '', hash = ''] = jane.split('$');
    expect([name, N, r, p]).toEqual(['scrypt', '32768', '8', '1']);
    const scrypt = promisify<string, Buffer, number, object, Buffer>(scryptWithCallback);
    const derived = await scrypt('correct horse', Buffer.from(salt, 'base64'), 32, {
      N: 32_768,
      r: 8,
      p: 1,
      maxmem: 128 * 1024 * 1024,
    });
    expect(hash).toBe(derived.toString('base64'));
    expect(joe.split('$')[4]).not.toBe(salt);
  });

  test('is accepted when its hash has other parameters', async () => {
    // RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1), first 32
    // of 64 bytes.
    const hash = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex');
    const stored = `scrypt$16384$8$1$${Buffer.from('SodiumChloride').toString('base64')}$${hash.toString('base64')}`;
    expect(await passwordMatches('pleaseletmein', stored, deriveInThreadPool)).toBe(true);
    expect(await passwordMatches('pleaseletmeout', stored, deriveInThreadPool)).toBe(false);
  });

  test.each(['', 'plain', 'scrypt$1$2$3$4', 'scrypt$9999999$8$1$AAAA$AAAA'])(
    'is never compared with the malformed hash %j',
    async (stored) => {
      await expect(passwordMatches('x', stored, deriveInThreadPool)).rejects.toThrow('stored password hash');
    },
  );

  test('takes as long for an unknown user as a wrong password', async () => {
    // CPU time, because other processes affect wall-clock time.
    const processorMs = async (email: string) => {
      const before = process.cpuUsage();
      for (let i = 0; i < 4; i += 1) {
        // A new address each time, so that no delay applies.
        await authenticatePassword(db.database, email, 'wrong', `192.0.2.${100 + i}`);
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    const [unknown, wrong] = [await processorMs('nobody@example.com'), await processorMs('jane@example.com')];
    // Without hashing it would be a tenth.
    expect(unknown).toBeGreaterThan(wrong / 3);
  });
});

describe('a token', () => {
  test('authenticates its user with the scopes of the token', async () => {
    await db.admin.createToken({ email: 'jane@example.com', token: 'secret-1', scopes: ['ingest'] });
    expect(await db.database.accounts.authenticateToken('secret-1')).toEqual({
      organization: 'acme',
      environment: null,
      customers: [],
      tokenId: expect.any(String) as unknown,
      email: 'jane@example.com',
      role: 'administrator',
      scopes: ['ingest'],
      isSuspended: false,
      signIn: null,
    });
    expect(await db.database.accounts.authenticateToken('secret-2')).toBeNull();
  });

  test('never exceeds the scopes of its user', async () => {
    await db.admin.createToken({ email: 'joe@example.com', token: 'secret-joe', scopes });
    const principal = await db.database.accounts.authenticateToken('secret-joe');
    expect(principal?.scopes).toEqual(['read', 'submit', 'ingest']);
  });

  test("is refused once it expires, by the database's clock", async () => {
    const expiresAt = new Date(Date.now() + 3_600_000);
    await db.admin.createToken({ email: 'jane@example.com', token: 'brief', scopes, expiresAt });
    expect(await db.database.accounts.authenticateToken('brief')).not.toBeNull();
    await db.sql("update tokens set expires_at = now() - interval '1 s' where expires_at is not null");
    expect(await db.database.accounts.authenticateToken('brief')).toBeNull();
  });

  test('is not stored in plain text', async () => {
    await db.admin.createToken({ email: 'jane@example.com', token: 'kept-nowhere', scopes });
    const rows = await db.sql('select t::text from tokens t');
    expect(JSON.stringify(rows)).not.toContain('kept-nowhere');
  });
});

describe('a tenant', () => {
  test('is found by organization and environment together only', async () => {
    const { database, admin } = db;
    const { accounts } = database;
    await admin.createOrganization('rival');
    await admin.createEnvironment({ organization: 'rival', name: 'secret' });
    expect(await accounts.findTenant({ organization: 'acme', environment: 'prod' })).toEqual(db.tenant);
    expect(await accounts.findTenant({ organization: 'acme', environment: 'secret' })).toBeNull();
    expect(await accounts.findTenant({ organization: 'nobody', environment: 'prod' })).toBeNull();
  });

  test('cannot be created twice', async () => {
    const { admin } = db;
    const duplicate = 'duplicate key value violates unique constraint';
    await expect(admin.createOrganization('acme')).rejects.toThrow(duplicate);
    await expect(admin.createEnvironment({ organization: 'acme', name: 'prod' })).rejects.toThrow(duplicate);
  });
});

describe('the first organization', () => {
  const first = {
    organization: 'demo',
    environments: ['prod', 'test'],
    email: 'admin@example.com',
    password: 'never chosen',
    token: 'never issued',
  };

  async function withDatabases(count: number, work: (databases: Database[], url: string) => Promise<void>) {
    const created = await createTestDatabase();
    const databases = Array.from({ length: count }, () =>
      openDatabase({ as: 'owner', url: created.url, poolSize: 2 }),
    );
    try {
      await work(databases, created.url);
    } finally {
      await Promise.all(databases.map((database) => database.close()));
      await created.drop();
    }
  }

  test('is created once, with an operator and a token with every scope, by concurrent processes', () =>
    withDatabases(3, async (databases) => {
      const created = await Promise.all(databases.map((database) => database.bootstrap(first)));
      expect(created.filter(Boolean)).toEqual([true]);
      for (const database of databases) {
        const { accounts } = database;
        const operator = {
          organization: 'demo',
          environment: null,
          customers: [],
          email: first.email,
          role: 'operator',
          scopes: [...scopes],
        };
        expect(await authenticatePassword(database, first.email, first.password)).toMatchObject(operator);
        expect(await accounts.authenticateToken(first.token)).toMatchObject(operator);
        expect(await accounts.findTenant({ organization: 'demo', environment: 'prod' })).not.toBeNull();
        expect(await accounts.findTenant({ organization: 'demo', environment: 'test' })).not.toBeNull();
      }
    }));

  test('is not created, nor its user, when an organization exists', () =>
    withDatabases(1, async ([database], url) => {
      await withClient(url, (client) => client.query(`insert into organizations (name) values ('acme')`));
      expect(await database?.bootstrap(first)).toBe(false);
      expect(await database?.accounts.authenticateToken(first.token)).toBeNull();
    }));

  test('is created completely or not at all', () =>
    withDatabases(1, async ([database]) => {
      await expect(database?.bootstrap({ ...first, environments: ['prod', 'prod'] })).rejects.toThrow(
        'Unique constraint failed',
      );
      expect(await database?.bootstrap(first)).toBe(true);
    }));
});

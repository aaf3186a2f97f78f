import { createEnvironment, createOrganization, createToken, createUser, scopes } from '@hourglass/reports';
import { testAudit as audit } from '@hourglass/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';
import { cheapPasswords } from './sign-in.ts';
import { addUser, caller, deleteAccounts, outcomes, refused } from './test-accounts.ts';

const { authenticatePassword, hashPassword } = cheapPasswords;
const password = 'a password of a test';
const unbound = { environment: null, customers: [] };

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant({ poolSize: 12, copyPoolSize: 1 });
});
afterAll(() => db.close());
beforeEach(() => deleteAccounts(db));

describe('an organization', () => {
  const wanted = (email: string, environments: readonly string[] = ['prod']) => ({
    name: 'new',
    environments,
    administrator: { email, password },
    token: 'token of new',
  });

  test('is not created, not even partly, when its administrator already has an account', async () => {
    await addUser(db, 'joe@acme.example', 'member');
    const { organizations, accounts } = db.database;
    const attempt = createOrganization(caller('operator'), wanted('JOE@acme.example'), {
      organizations,
      hashPassword,
      audit,
    });
    await expect(attempt).rejects.toEqual(refused('user.exists'));
    expect(await accounts.findOrganization('new')).toBeNull();
    expect(await db.sql("select name from organizations where name = 'new'")).toEqual([]);
    await createOrganization(caller('operator'), wanted('jane@new.example'), {
      organizations,
      hashPassword,
      audit,
    });
    expect(await accounts.authenticateToken('token of new')).toMatchObject({
      organization: 'new',
      ...unbound,
      email: 'jane@new.example',
      role: 'administrator',
      scopes: [...scopes],
    });
    expect((await authenticatePassword(db.database, 'jane@new.example', password))?.organization).toBe('new');
  });

  test('is created by operators only', async () => {
    const { organizations } = db.database;
    for (const role of ['member', 'administrator'] as const) {
      const attempt = createOrganization(caller(role), wanted('jane@new.example'), {
        organizations,
        hashPassword,
        audit,
      });
      await expect(attempt).rejects.toThrow(`This requires the role "operator"; yours is "${role}"`);
    }
  });

  test('has at most 100 environments, including those created with it', async () => {
    const { organizations } = db.database;
    const names = (count: number) => Array.from({ length: count }, (_, index) => `e${index}`);
    const tooMany = createOrganization(caller('operator'), wanted('j@new.example', names(101)), {
      organizations,
      hashPassword,
      audit,
    });
    await expect(tooMany).rejects.toEqual(refused('account.limit'));
    await createOrganization(caller('operator'), wanted('j@new.example', names(98)), {
      organizations,
      hashPassword,
      audit,
    });
    const codes = await outcomes(
      ['x', 'y', 'z'].map((name) =>
        createEnvironment(caller('administrator', 'new'), name, { organizations, audit }),
      ),
    );
    expect(codes).toEqual(['account.limit', 'done', 'done']);
  });

  test('has at most 1000 users and 1000 tokens', async () => {
    const { users, tokens } = db.database;
    await db.sql(
      `insert into users (organization_id, email, password_hash, role)
       select o.id, n || '@acme.example', 'none', 'member' from organizations o, generate_series(1, 999) n`,
    );
    await db.sql(
      `insert into tokens (user_id, hash, scopes)
       select min(id), n::text, '{read}' from users, generate_series(1, 999) n group by n`,
    );
    const admin = caller('administrator');
    const added = await outcomes(
      ['x@acme.example', 'y@acme.example'].map((email) =>
        createUser(admin, { email, role: 'member', password }, { users, hashPassword, audit }),
      ),
    );
    expect(added).toEqual(['account.limit', 'done']);
    const made = await outcomes(
      ['x', 'y'].map((token) =>
        createToken(
          admin,
          {
            email: '1@acme.example',
            token,
            scopes: ['read'],
            description: null,
            lifetimeSeconds: null,
            ...unbound,
          },
          { tokens, audit },
        ),
      ),
    );
    expect(made).toEqual(['account.limit', 'done']);
  });
});

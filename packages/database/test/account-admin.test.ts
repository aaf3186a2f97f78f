import {
  changeUser,
  createEnvironment,
  createOrganization,
  createToken,
  createUser,
  deleteToken,
  deleteUser,
  scopes,
  type Role,
} from '@hourglass/reports';
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

const roleOf = async (email: string) => (await db.database.users.find('acme', email))?.role ?? null;

describe('the last administrator', () => {
  test('remains when two administrators demote each other concurrently', async () => {
    for (let round = 0; round < 5; round += 1) {
      await db.sql('delete from users');
      await addUser(db, 'a@acme.example', 'administrator');
      await addUser(db, 'b@acme.example', 'administrator');
      const { users } = db.database;
      const demoted = await outcomes(
        ['a@acme.example', 'b@acme.example'].map((email) =>
          changeUser(
            caller('administrator'),
            email,
            { role: 'member' },
            { users, hashPassword, audit, auditSignIn: audit },
          ),
        ),
      );
      expect(demoted).toEqual(['done', 'user.last_of_role']);
      expect(await db.sql("select email from users where role = 'administrator'")).toHaveLength(1);
    }
  });

  test('remains when many are deleted and demoted concurrently', async () => {
    const emails = Array.from({ length: 8 }, (_, index) => `${index}@acme.example`);
    for (const email of emails) await addUser(db, email, 'administrator');
    const { users } = db.database;
    const codes = await outcomes(
      emails.map((email, index) =>
        index % 2 === 0
          ? deleteUser(caller('administrator'), email, { users, audit })
          : changeUser(
              caller('administrator'),
              email,
              { role: 'member' },
              { users, hashPassword, audit, auditSignIn: audit },
            ),
      ),
    );
    expect(codes).toEqual([...Array<string>(7).fill('done'), 'user.last_of_role']);
    expect(await db.sql("select email from users where role = 'administrator'")).toHaveLength(1);
  });

  test('can be changed otherwise, and demoted once another exists', async () => {
    await addUser(db, 'a@acme.example', 'administrator');
    await addUser(db, 'm@acme.example', 'member');
    const { users } = db.database;
    const admin = caller('administrator');
    await changeUser(
      admin,
      'a@acme.example',
      { role: 'administrator' },
      { users, hashPassword, audit, auditSignIn: audit },
    );
    await expect(deleteUser(admin, 'a@acme.example', { users, audit })).rejects.toEqual(
      refused('user.last_of_role'),
    );
    await changeUser(
      admin,
      'M@acme.example',
      { role: 'administrator' },
      { users, hashPassword, audit, auditSignIn: audit },
    );
    await changeUser(
      admin,
      'A@ACME.example',
      { role: 'member' },
      { users, hashPassword, audit, auditSignIn: audit },
    );
    expect([await roleOf('a@acme.example'), await roleOf('m@acme.example')]).toEqual([
      'member',
      'administrator',
    ]);
  });

  test('may be an operator, but the last operator remains regardless of administrators', async () => {
    await addUser(db, 'o@acme.example', 'operator');
    await addUser(db, 'a@acme.example', 'administrator');
    const { users } = db.database;
    for (const role of ['administrator', 'member'] as const) {
      const demotion = changeUser(
        caller('operator'),
        'o@acme.example',
        { role },
        { users, hashPassword, audit, auditSignIn: audit },
      );
      await expect(demotion).rejects.toThrow('"o@acme.example" is the last operator');
    }
    await expect(deleteUser(caller('operator'), 'o@acme.example', { users, audit })).rejects.toEqual(
      refused('user.last_of_role'),
    );
    await deleteUser(caller('operator'), 'a@acme.example', { users, audit });
    expect(await roleOf('a@acme.example')).toBeNull();
  });

  test('of another organization does not count', async () => {
    await db.sql("insert into organizations (name) values ('rival')");
    await addUser(db, 'a@acme.example', 'administrator');
    await addUser(db, 'r@rival.example', 'administrator', 'rival');
    const { users } = db.database;
    await expect(deleteUser(caller('administrator'), 'a@acme.example', { users, audit })).rejects.toEqual(
      refused('user.last_of_role'),
    );
    await expect(deleteUser(caller('operator'), 'r@rival.example', { users, audit })).rejects.toEqual(
      refused('user.not_found'),
    );
  });
});

describe('a principal', () => {
  test.each<[Role, Role]>([
    ['member', 'administrator'],
    ['member', 'operator'],
    ['administrator', 'operator'],
  ])(
    'with the role %s cannot create, promote, change, delete or issue tokens for a user with the role %s',
    async (own, above) => {
      await addUser(db, 'above@acme.example', above);
      await addUser(db, 'above2@acme.example', above);
      await addUser(db, 'member@acme.example', 'member');
      const { users, tokens } = db.database;
      const me = caller(own);
      const token = { email: 'above@acme.example', token: 't', scopes: ['read'] as const };
      const made = await createToken(
        caller('operator'),
        { ...token, description: null, lifetimeSeconds: null, ...unbound },
        { tokens, audit },
      );
      const attempts = [
        createUser(me, { email: 'new@acme.example', role: above, password }, { users, hashPassword, audit }),
        changeUser(
          me,
          'member@acme.example',
          { role: above },
          { users, hashPassword, audit, auditSignIn: audit },
        ),
        changeUser(
          me,
          'above@acme.example',
          { role: 'member' },
          { users, hashPassword, audit, auditSignIn: audit },
        ),
        changeUser(
          me,
          'above@acme.example',
          { password },
          { users, hashPassword, audit, auditSignIn: audit },
        ),
        deleteUser(me, 'above@acme.example', { users, audit }),
        createToken(
          me,
          { ...token, token: 'u', description: null, lifetimeSeconds: null, ...unbound },
          { tokens, audit },
        ),
        deleteToken(me, { id: made.id }, { tokens, organization: 'acme', audit }),
      ];
      expect(await outcomes(attempts)).toEqual(attempts.map(() => 'auth.role'));
      expect(await db.sql('select email from users where password_hash <> $1', ['none'])).toEqual([]);
      expect(await roleOf('member@acme.example')).toBe('member');
      expect(await tokens.list('acme')).toHaveLength(1);
    },
  );
});

describe('one name', () => {
  test('belongs to one environment of an organization, also when many are created concurrently', async () => {
    const { organizations, accounts } = db.database;
    const codes = await outcomes(
      Array.from({ length: 6 }, () =>
        createEnvironment(caller('administrator'), 'stage', { organizations, audit }),
      ),
    );
    expect(codes).toEqual(['done', ...Array<string>(5).fill('environment.exists')]);
    expect((await accounts.findOrganization('acme'))?.environments.map(({ name }) => name)).toEqual([
      'prod',
      'stage',
    ]);
  });

  test('belongs to one user of the instance, regardless of letter case and organization', async () => {
    await db.sql("insert into organizations (name) values ('rival')");
    const { users } = db.database;
    const codes = await outcomes([
      createUser(
        caller('administrator'),
        { email: 'joe@x.example', role: 'member', password },
        { users, hashPassword, audit },
      ),
      createUser(
        caller('administrator'),
        { email: 'JOE@x.example', role: 'member', password },
        { users, hashPassword, audit },
      ),
      createUser(
        caller('administrator', 'rival'),
        { email: 'Joe@x.example', role: 'member', password },
        { users, hashPassword, audit },
      ),
    ]);
    expect(codes).toEqual(['done', 'user.exists', 'user.exists']);
    expect(await db.sql('select email from users')).toEqual([{ email: 'joe@x.example' }]);
  });

  test('belongs to one organization; rejected creations leave nothing behind', async () => {
    const { organizations } = db.database;
    const codes = await outcomes(
      Array.from({ length: 4 }, (_, index) =>
        createOrganization(
          caller('operator'),
          {
            name: 'new',
            environments: [`e${index}`],
            administrator: { email: `${index}@new.example`, password },
            token: `token ${index}`,
          },
          { organizations, hashPassword, audit },
        ),
      ),
    );
    expect(codes).toEqual(['done', ...Array<string>(3).fill('organization.exists')]);
    const rows = await db.sql(
      `select o.name, e.name as environment, u.role, t.scopes from organizations o
         join environments e on e.organization_id = o.id join users u on u.organization_id = o.id
         join tokens t on t.user_id = u.id
        where o.name = 'new'`,
    );
    expect(rows).toEqual([
      { name: 'new', environment: expect.any(String) as string, role: 'administrator', scopes: [...scopes] },
    ]);
    expect(await db.sql('select id from users')).toHaveLength(1);
  });
});

test('a changed password authenticates and the previous one does not', async () => {
  const { users } = db.database;
  const admin = caller('administrator');
  await createUser(
    admin,
    { email: 'Joe@acme.example', role: 'member', password },
    { users, hashPassword, audit },
  );
  expect(await authenticatePassword(db.database, 'joe@acme.example', password)).not.toBeNull();
  await changeUser(
    admin,
    'joe@acme.example',
    { password: 'another long password' },
    { users, hashPassword, audit, auditSignIn: audit },
  );
  expect(await authenticatePassword(db.database, 'joe@acme.example', password)).toBeNull();
  expect(await authenticatePassword(db.database, 'joe@acme.example', 'another long password')).toMatchObject({
    email: 'joe@acme.example',
    role: 'member',
  });
});

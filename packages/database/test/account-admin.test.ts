import {
  changeUser,
  createEnvironment,
  createOrganization,
  createToken,
  createUser,
  deleteToken,
  deleteUser,
  scopes,
  type Principal,
  type Role,
  type TokenRequest,
} from '@hourglass/reports';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testAudit as audit } from '@hourglass/testing';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';
import { cheapPasswords } from './sign-in.ts';

const { authenticatePassword, hashPassword } = cheapPasswords;
const password = 'a password of a test';
const unbound = { environment: null, customers: [] };

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant({ poolSize: 12, copyPoolSize: 1 });
});
afterAll(() => db.close());
/** Hashing is slow, so the rules are tested with users that never sign in. */
beforeEach(async () => {
  await db.sql('delete from tokens');
  await db.sql('delete from users');
  await db.sql('delete from environments where id <> $1', [db.tenant.environmentId]);
  await db.sql("delete from organizations where name <> 'acme'");
});

function caller(role: Role, organization = 'acme'): Principal {
  return {
    organization,
    environment: null,
    customers: [],
    tokenId: null,
    isSuspended: false,
    email: `caller@${organization}.example`,
    role,
    scopes,
  };
}

async function addUser(email: string, role: Role, organization = 'acme'): Promise<void> {
  await db.sql(
    `insert into users (organization_id, email, password_hash, role)
     select id, $1, 'none', $2::role from organizations where name = $3`,
    [email, role, organization],
  );
}

const roleOf = async (email: string) => (await db.database.users.find('acme', email))?.role ?? null;

/** The codes of refusals, and `done`, in any order. */
async function outcomes(work: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(work);
  return settled
    .map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as { code: string }).code))
    .sort();
}

const refused = (code: string) => expect.objectContaining({ code }) as unknown;

describe('the last administrator', () => {
  test('remains when two administrators demote each other concurrently', async () => {
    for (let round = 0; round < 5; round += 1) {
      await db.sql('delete from users');
      await addUser('a@acme.example', 'administrator');
      await addUser('b@acme.example', 'administrator');
      const { users } = db.database;
      const demoted = await outcomes(
        ['a@acme.example', 'b@acme.example'].map((email) =>
          changeUser(caller('administrator'), email, { role: 'member' }, { users, hashPassword, audit }),
        ),
      );
      expect(demoted).toEqual(['done', 'user.last_of_role']);
      expect(await db.sql("select email from users where role = 'administrator'")).toHaveLength(1);
    }
  });

  test('remains when many are deleted and demoted concurrently', async () => {
    const emails = Array.from({ length: 8 }, (_, index) => `${index}@acme.example`);
    for (const email of emails) await addUser(email, 'administrator');
    const { users } = db.database;
    const codes = await outcomes(
      emails.map((email, index) =>
        index % 2 === 0
          ? deleteUser(caller('administrator'), email, { users, audit })
          : changeUser(caller('administrator'), email, { role: 'member' }, { users, hashPassword, audit }),
      ),
    );
    expect(codes).toEqual([...Array<string>(7).fill('done'), 'user.last_of_role']);
    expect(await db.sql("select email from users where role = 'administrator'")).toHaveLength(1);
  });

  test('can be changed otherwise, and demoted once another exists', async () => {
    await addUser('a@acme.example', 'administrator');
    await addUser('m@acme.example', 'member');
    const { users } = db.database;
    const admin = caller('administrator');
    await changeUser(admin, 'a@acme.example', { role: 'administrator' }, { users, hashPassword, audit });
    await expect(deleteUser(admin, 'a@acme.example', { users, audit })).rejects.toEqual(
      refused('user.last_of_role'),
    );
    await changeUser(admin, 'M@acme.example', { role: 'administrator' }, { users, hashPassword, audit });
    await changeUser(admin, 'A@ACME.example', { role: 'member' }, { users, hashPassword, audit });
    expect([await roleOf('a@acme.example'), await roleOf('m@acme.example')]).toEqual([
      'member',
      'administrator',
    ]);
  });

  test('may be an operator, but the last operator remains regardless of administrators', async () => {
    await addUser('o@acme.example', 'operator');
    await addUser('a@acme.example', 'administrator');
    const { users } = db.database;
    for (const role of ['administrator', 'member'] as const) {
      const demotion = changeUser(
        caller('operator'),
        'o@acme.example',
        { role },
        { users, hashPassword, audit },
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
    await addUser('a@acme.example', 'administrator');
    await addUser('r@rival.example', 'administrator', 'rival');
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
      await addUser('above@acme.example', above);
      await addUser('above2@acme.example', above);
      await addUser('member@acme.example', 'member');
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
        changeUser(me, 'member@acme.example', { role: above }, { users, hashPassword, audit }),
        changeUser(me, 'above@acme.example', { role: 'member' }, { users, hashPassword, audit }),
        changeUser(me, 'above@acme.example', { password }, { users, hashPassword, audit }),
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

describe('an organization', () => {
  const wanted = (email: string, environments: readonly string[] = ['prod']) => ({
    name: 'new',
    environments,
    administrator: { email, password },
    token: 'token of new',
  });

  test('is not created, not even partly, when its administrator already has an account', async () => {
    await addUser('joe@acme.example', 'member');
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

describe('a token', () => {
  const admin = caller('administrator');
  const token = (change: Partial<TokenRequest> = {}): TokenRequest => ({
    email: 'joe@acme.example',
    token: 'hg_secret',
    scopes: ['read', 'ingest'],
    description: 'nightly',
    lifetimeSeconds: null,
    ...unbound,
    ...change,
  });
  beforeEach(async () => {
    await addUser('joe@acme.example', 'member');
    await addUser('jane@acme.example', 'administrator');
  });

  test('authenticates until it or its user is deleted', async () => {
    const { tokens, users, accounts } = db.database;
    const first = await createToken(admin, token(), { tokens, audit });
    await createToken(admin, token({ token: 'second' }), { tokens, audit });
    expect((await accounts.authenticateToken('hg_secret'))?.email).toBe('joe@acme.example');
    await deleteToken(admin, { id: first.id }, { tokens, organization: 'acme', audit });
    expect(await accounts.authenticateToken('hg_secret')).toBeNull();
    await expect(
      deleteToken(admin, { id: first.id }, { tokens, organization: 'acme', audit }),
    ).rejects.toEqual(refused('token.not_found'));
    await deleteUser(admin, 'joe@acme.example', { users, audit });
    expect(await accounts.authenticateToken('second')).toBeNull();
    expect(await db.sql('select id from tokens')).toEqual([]);
  });

  test("expires after the requested seconds, by the database's clock", async () => {
    const { tokens, accounts } = db.database;
    const { expiresAt, createdAt } = await createToken(admin, token({ lifetimeSeconds: 90 }), {
      tokens,
      audit,
    });
    expect((expiresAt?.getTime() ?? 0) - createdAt.getTime()).toBe(90_000);
    expect(await accounts.authenticateToken('hg_secret')).not.toBeNull();
    await db.sql("update tokens set expires_at = expires_at - interval '90 seconds'");
    expect(await accounts.authenticateToken('hg_secret')).toBeNull();
  });

  test('never has a scope that its user lacks, neither on creation nor after a demotion', async () => {
    const { tokens, users, accounts } = db.database;
    await expect(createToken(admin, token({ scopes: ['read', 'admin'] }), { tokens, audit })).rejects.toEqual(
      expect.objectContaining({
        code: 'request.invalid',
        faults: [{ field: 'scopes[1]', message: expect.stringContaining('found "admin"') as string }],
      }),
    );
    await addUser('other@acme.example', 'administrator');
    await createToken(admin, token({ email: 'other@acme.example', scopes }), { tokens, audit });
    await changeUser(admin, 'other@acme.example', { role: 'member' }, { users, hashPassword, audit });
    const principal = await accounts.authenticateToken('hg_secret');
    expect(principal).toMatchObject({ role: 'member', scopes: ['read', 'submit', 'ingest'] });
    expect((await tokens.list('acme')).map((one) => one.scopes)).toEqual([['read', 'submit', 'ingest']]);
  });

  test('never has a scope that the credentials of its maker lack', async () => {
    const { tokens } = db.database;
    const limited = { ...admin, scopes: ['admin', 'read'] as const };
    await expect(
      createToken(limited, token({ scopes: ['read', 'submit'] }), { tokens, audit }),
    ).rejects.toEqual(
      expect.objectContaining({
        code: 'request.invalid',
        faults: [{ field: 'scopes[1]', message: expect.stringContaining('found "submit"') as string }],
      }),
    );
  });

  test('loses the scopes that its maker loses, and ends with its maker', async () => {
    const { tokens, users, accounts } = db.database;
    await addUser('maker@acme.example', 'administrator');
    await addUser('service@acme.example', 'administrator');
    await addUser('last@acme.example', 'administrator');
    const maker = { ...admin, email: 'maker@acme.example' };
    const made = await createToken(maker, token({ email: 'service@acme.example', scopes }), {
      tokens,
      audit,
    });
    expect([made.email, made.madeBy]).toEqual(['service@acme.example', 'maker@acme.example']);
    const holder = { ...admin, email: made.email, tokenId: made.id };
    const further = await createToken(holder, token({ email: made.email, token: 'further' }), {
      tokens,
      audit,
    });
    expect(further.madeBy).toBe('maker@acme.example');
    await changeUser(admin, maker.email, { role: 'member' }, { users, hashPassword, audit });
    const principal = await accounts.authenticateToken('hg_secret');
    expect(principal).toMatchObject({ role: 'member', scopes: ['read', 'submit', 'ingest'] });
    const listed = (await tokens.list('acme')).find(({ id }) => id === made.id);
    expect(listed?.scopes).toEqual(['read', 'submit', 'ingest']);
    await deleteUser(admin, maker.email, { users, audit });
    expect(await accounts.authenticateToken('hg_secret')).toBeNull();
    expect(await tokens.list('acme')).toEqual([]);
  });

  test('is not made with a token that was deleted since the request was authenticated', async () => {
    const { tokens } = db.database;
    const brief = await createToken(admin, token({ lifetimeSeconds: 60 }), { tokens, audit });
    await deleteToken(admin, { id: brief.id }, { tokens, organization: 'acme', audit });
    const late = createToken({ ...admin, tokenId: brief.id }, token({ token: 'late' }), { tokens, audit });
    await expect(late).rejects.toMatchObject({ code: 'auth.token' });
    expect(await tokens.list('acme')).toEqual([]);
  });

  test('ends at the latest with the token with which it is made', async () => {
    const { tokens } = db.database;
    const brief = await createToken(admin, token({ lifetimeSeconds: 60 }), { tokens, audit });
    const caller60 = { ...admin, tokenId: brief.id };
    for (const [text, lifetimeSeconds] of [
      ['unlimited', null],
      ['longer', 3600],
    ] as const) {
      const made = await createToken(caller60, token({ token: text, lifetimeSeconds }), { tokens, audit });
      expect(made.expiresAt).toEqual(brief.expiresAt);
    }
    const shorter = await createToken(caller60, token({ token: 'shorter', lifetimeSeconds: 1 }), {
      tokens,
      audit,
    });
    expect(shorter.expiresAt?.getTime()).toBeLessThan(brief.expiresAt?.getTime() ?? 0);
    const lasting = await createToken(admin, token({ token: 'lasting', lifetimeSeconds: null }), {
      tokens,
      audit,
    });
    const endless = { ...admin, tokenId: lasting.id };
    const made = await createToken(endless, token({ token: 'endless', lifetimeSeconds: null }), {
      tokens,
      audit,
    });
    expect(made.expiresAt).toBeNull();
  });

  test('is found under its own id only, also when another id is malformed', async () => {
    const { tokens } = db.database;
    await createToken(admin, token(), { tokens, audit });
    const ids = ['', '1', "' or true --", '00000000-0000-4000-8000-000000000000', 'x'.repeat(10_000), '❤'];
    for (const id of ids) {
      await expect(deleteToken(admin, { id }, { tokens, organization: 'acme', audit })).rejects.toEqual(
        refused('token.not_found'),
      );
    }
    expect(await tokens.list('acme')).toHaveLength(1);
  });

  test('of another organization cannot be listed, deleted or created', async () => {
    await db.sql("insert into organizations (name) values ('rival')");
    const { tokens } = db.database;
    const { id } = await createToken(admin, token(), { tokens, audit });
    const stranger = caller('administrator', 'rival');
    expect(await tokens.list('rival')).toEqual([]);
    await expect(
      deleteToken(stranger, { id }, { tokens, organization: stranger.organization, audit }),
    ).rejects.toEqual(refused('token.not_found'));
    await expect(createToken(stranger, token({ token: 'x' }), { tokens, audit })).rejects.toEqual(
      refused('user.not_found'),
    );
  });

  test('is listed after its expiry as long as it lived, at most 30 days, until the next token is created', async () => {
    const { tokens } = db.database;
    for (const [description, lived, ago] of [
      ['brief, long ago', '8 hours', '8 hours 1 minute'],
      ['brief, lately', '8 hours', '7 hours 59 minutes'],
      ['lasting, long ago', '365 days', '30 days 1 second'],
      ['lasting, lately', '365 days', '29 days 23 hours'],
    ] as const) {
      await createToken(admin, token({ token: description, description }), { tokens, audit });
      await db.sql(
        `update tokens set expires_at = now() - interval '${ago}', created_at = now() - interval '${ago}' - interval '${lived}'
          where description = '${description}'`,
      );
    }
    await createToken(admin, token({ token: 'next', description: 'next' }), { tokens, audit });
    const listed = (await tokens.list('acme')).map(({ description }) => description);
    expect(listed).toEqual(['next', 'brief, lately', 'lasting, lately']);
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
    { users, hashPassword, audit },
  );
  expect(await authenticatePassword(db.database, 'joe@acme.example', password)).toBeNull();
  expect(await authenticatePassword(db.database, 'joe@acme.example', 'another long password')).toMatchObject({
    email: 'joe@acme.example',
    role: 'member',
  });
});

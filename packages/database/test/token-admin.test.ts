import {
  changeUser,
  createToken,
  deleteToken,
  deleteUser,
  scopes,
  type TokenRequest,
} from '@hourglass/reports';
import { testAudit as audit } from '@hourglass/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';
import { cheapPasswords } from './sign-in.ts';
import { addUser, caller, deleteAccounts, refused } from './test-accounts.ts';

const { hashPassword } = cheapPasswords;
const unbound = { environment: null, customers: [] };

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant({ poolSize: 12, copyPoolSize: 1 });
});
afterAll(() => db.close());
beforeEach(() => deleteAccounts(db));

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
    await addUser(db, 'joe@acme.example', 'member');
    await addUser(db, 'jane@acme.example', 'administrator');
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
    await addUser(db, 'other@acme.example', 'administrator');
    await createToken(admin, token({ email: 'other@acme.example', scopes }), { tokens, audit });
    await changeUser(
      admin,
      'other@acme.example',
      { role: 'member' },
      { users, hashPassword, audit, auditSignIn: audit },
    );
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
    await addUser(db, 'maker@acme.example', 'administrator');
    await addUser(db, 'service@acme.example', 'administrator');
    await addUser(db, 'last@acme.example', 'administrator');
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
    await changeUser(
      admin,
      maker.email,
      { role: 'member' },
      { users, hashPassword, audit, auditSignIn: audit },
    );
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

  test.each([
    ['password', 'outlasts'],
    ['code', 'outlasts'],
    ['oidc', 'ends with'],
  ] as const)('made after a sign-in by %s %s that sign-in', async (signIn, outcome) => {
    const { tokens } = db.database;
    const session = await createToken(admin, token({ lifetimeSeconds: 60 }), { tokens, audit });
    const signedIn = { ...admin, tokenId: session.id, signIn };
    const made = await createToken(signedIn, token({ token: 'made' }), { tokens, audit });
    expect(made).toMatchObject(
      outcome === 'outlasts'
        ? { expiresAt: null, madeWith: null }
        : { expiresAt: session.expiresAt, madeWith: session.id },
    );
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

import { createdToken, tokenList } from '@hourglass/contract';
import { connectDatabase, sharedSystem } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAccounts, type AccountsSystem } from './accounts-system.ts';

let accounts: AccountsSystem;
/** The organization of the operator, and that of an administrator. */
let acme: string;
let other: string;
beforeAll(async () => {
  accounts = await startAccounts(await sharedSystem('api'));
  acme = accounts.system.organization;
  other = accounts.other.organization;
});
afterAll(() => accounts.system.stop());

describe('a token', () => {
  test('is created for the caller, authenticates, is listed without its text, and is revoked immediately', async () => {
    const made = await accounts.call('POST', `/${acme}/tokens`, {
      body: { scopes: ['read', 'submit'], description: 'nightly report' },
    });
    expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const { token, ...view } = createdToken.parse(made.answer);
    expect(view).toMatchObject({
      email: accounts.system.email,
      scopes: ['read', 'submit'],
      description: 'nightly report',
      expires: null,
      lastUsed: null,
    });
    expect(token).toMatch(/^hg_[\w-]{43}$/);
    const authorization = `Bearer ${token}`;
    expect((await accounts.call('GET', `/${acme}`, { authorization })).status).toBe(200);
    expect((await accounts.refusal('GET', `/${acme}/tokens`, { authorization })).code).toBe('auth.scope');

    const list = await accounts.call('GET', `/${acme}/tokens`);
    expect(tokenList.parse(list.answer).tokens[0]).toEqual(view);
    expect(list.text).not.toContain(token.slice(3));

    expect((await accounts.call('DELETE', `/${acme}/tokens/${view.id}`)).status).toBe(204);
    expect((await accounts.call('GET', `/${acme}`, { authorization })).status).toBe(401);
    expect(await accounts.refusal('DELETE', `/${acme}/tokens/${view.id}`)).toMatchObject({
      status: 404,
      code: 'token.not_found',
    });
  });

  test('is revoked alone, or with the tokens that were made with it', async () => {
    const make = async (authorization?: string) => {
      const body = { scopes: ['read', 'admin'] };
      const made = await accounts.call('POST', `/${acme}/tokens`, {
        body,
        ...(authorization && { authorization }),
      });
      const { id, token, madeWith } = createdToken.parse(made.answer);
      return { id, authorization: `Bearer ${token}`, madeWith };
    };
    const statuses = (...made: readonly { authorization: string }[]) =>
      Promise.all(made.map(async (one) => (await accounts.call('GET', `/${acme}`, one)).status));
    const stolen = await make();
    const second = await make(stolen.authorization);
    const third = await make(second.authorization);
    const fourth = await make(third.authorization);
    expect([second.madeWith, fourth.madeWith]).toEqual([stolen.id, third.id]);

    expect((await accounts.call('DELETE', `/${acme}/tokens/${third.id}`)).status).toBe(204);
    expect(await statuses(stolen, second, third, fourth)).toEqual([200, 200, 401, 200]);
    const other = await make();
    const removed = await accounts.call('DELETE', `/${acme}/tokens/${stolen.id}?withMade=true`);
    expect(removed.status).toBe(204);
    expect(await statuses(stolen, second, fourth, other)).toEqual([401, 401, 401, 200]);
  });

  test("of another user has at most that user's scopes, and loses them with the user's role", async () => {
    await accounts.addUser(`ann@${acme}.example`, 'administrator');
    const body = { email: `Ann@${acme}.example`, scopes: ['read', 'admin'] };
    const { token } = createdToken.parse((await accounts.call('POST', `/${acme}/tokens`, { body })).answer);
    const authorization = `Bearer ${token}`;
    expect((await accounts.call('GET', `/${acme}/tokens`, { authorization })).status).toBe(200);
    await accounts.call('PATCH', `/${acme}/users/ann@${acme}.example`, { body: { role: 'member' } });
    expect((await accounts.call('GET', `/${acme}/tokens`, { authorization })).status).toBe(403);
    expect(await accounts.refusal('POST', `/${acme}/tokens`, { body })).toMatchObject({
      status: 400,
      faults: [
        { field: 'scopes[1]', description: expect.stringContaining('expected one of read') as string },
      ],
    });
    await accounts.call('DELETE', `/${acme}/users/ann@${acme}.example`);
    expect((await accounts.call('GET', `/${acme}`, { authorization })).status).toBe(401);
  });

  test('is invalid after it expires', async () => {
    const body = { scopes: ['read'], expiresInSeconds: 3600 };
    const { id, token, created, expires } = createdToken.parse(
      (await accounts.call('POST', `/${acme}/tokens`, { body })).answer,
    );
    expect(Date.parse(expires ?? '') - Date.parse(created)).toBe(3_600_000);
    const authorization = `Bearer ${token}`;
    expect((await accounts.call('GET', `/${acme}`, { authorization })).status).toBe(200);
    const database = await connectDatabase(accounts.system.databaseUrl);
    await database.sql('update tokens set expires_at = now() where id = $1', [id]);
    await database.end();
    expect((await accounts.call('GET', `/${acme}`, { authorization })).status).toBe(401);
    const { tokens } = tokenList.parse((await accounts.call('GET', `/${acme}/tokens`)).answer);
    expect(tokens.map((one) => one.id)).toContain(id);
  });

  test.each<[unknown, string, RegExp]>([
    [{}, 'scopes', /required/],
    [{ scopes: 'read' }, 'scopes', /array/],
    [{ scopes: [] }, 'scopes', /at least one/],
    [{ scopes: ['read', 'read'] }, 'scopes', /once/],
    [{ scopes: ['read', 'write'] }, 'scopes[1]', /read, submit, ingest, admin/],
    [{ scopes: ['read'], email: 'joe' }, 'email', /e-mail/],
    [{ scopes: ['read'], description: 1 }, 'description', /string/],
    [{ scopes: ['read'], description: '' }, 'description', /at least 1/],
    [{ scopes: ['read'], description: 'x'.repeat(201) }, 'description', /at most 200/],
    [{ scopes: ['read'], description: 'nul\0' }, 'description', /control/],
    [{ scopes: ['read'], expiresInSeconds: '60' }, 'expiresInSeconds', /number/],
    [{ scopes: ['read'], expiresInSeconds: 0 }, 'expiresInSeconds', /at least 1/],
    [{ scopes: ['read'], expiresInSeconds: 1.5 }, 'expiresInSeconds', /int/],
    [{ scopes: ['read'], expiresInSeconds: 315_360_001 }, 'expiresInSeconds', /at most/],
    [{ scopes: ['read'], expires: 'never' }, 'expires', /unknown/],
    [{ scopes: ['read'], environment: '' }, 'environment', /1 to 63/],
    [{ scopes: ['read'], environment: null }, 'environment', /string/],
    [{ scopes: ['read'], environment: 'stage' }, 'environment', /no environment "stage".*of prod, test/],
    [{ scopes: ['read'], customers: ['c1'] }, 'customers', /together with "environment"/],
    [{ scopes: ['read'], environment: 'test', customers: 'c1' }, 'customers', /array/],
    [{ scopes: ['read'], environment: 'test', customers: [] }, 'customers', /at least one/],
    [{ scopes: ['read'], environment: 'test', customers: ['c', 'c'] }, 'customers', /once/],
    [{ scopes: ['read'], environment: 'test', customers: customers(101) }, 'customers', /at most 100/],
    [{ scopes: ['read'], environment: 'test', customers: [''] }, 'customers[0]', /at least 1/],
    [{ scopes: ['read'], environment: 'test', customers: ['x'.repeat(257)] }, 'customers[0]', /at most 256/],
    [{ scopes: ['read'], environment: 'test', customers: ['nul\0'] }, 'customers[0]', /control/],
  ])('is refused for %j: 400 with the field and the expected value', async (body, field, words) => {
    expect(await accounts.refusal('POST', `/${acme}/tokens`, { body })).toMatchObject({
      status: 400,
      faults: [{ field, description: expect.stringMatching(words) as string }],
    });
  });

  test('may be bound to one environment and a hundred customers, and is listed with them', async () => {
    const body = { scopes: ['read'], environment: 'test', customers: customers(100) };
    const made = createdToken.parse((await accounts.call('POST', `/${acme}/tokens`, { body })).answer);
    expect([made.environment, made.customers]).toEqual(['test', body.customers]);
    const { tokens } = tokenList.parse((await accounts.call('GET', `/${acme}/tokens`)).answer);
    const bindings = tokens.map(({ id, environment, customers: ids }) => ({ id, environment, ids }));
    expect(bindings).toContainEqual({ id: made.id, environment: 'test', ids: body.customers });
    // The oldest token.
    expect(bindings.at(-1)).toMatchObject({ environment: null, ids: [] });
  });

  test('may have a description of 200 characters and a lifetime of 1 second to ten years', async () => {
    for (const expiresInSeconds of [1, 315_360_000]) {
      const body = { scopes: ['read'], description: '❤'.repeat(200), expiresInSeconds };
      expect((await accounts.call('POST', `/${acme}/tokens`, { body })).status).toBe(201);
    }
    const nobody = { scopes: ['read'], email: `owner@${other}.example` };
    expect((await accounts.refusal('POST', `/${acme}/tokens`, { body: nobody })).code).toBe('user.not_found');
  });
});

/** Ids of the maximum length, in characters of three bytes. */
function customers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index).padEnd(256, '客'));
}

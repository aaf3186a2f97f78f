import { createdOrganization } from '@hourglass/contract';
import { connectDatabase, sharedSystem } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic, startAccounts, type AccountsSystem } from './accounts-system.ts';

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

describe('an organization', () => {
  test('is created by an operator, with an administrator and a token that work immediately and are shown once', async () => {
    const body = {
      name: 'new',
      environments: ['prod', 'test'],
      administrator: { email: 'Jane@New.example' },
    };
    const made = await accounts.call('POST', '', { body });
    expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const { organization, administrator, token } = createdOrganization.parse(made.answer);
    expect(organization).toMatchObject({ name: 'new', environments: ['prod', 'test'] });
    expect(administrator.email).toBe('jane@new.example');
    expect(token).toMatch(/^hg_[\w-]{43}$/);
    for (const authorization of [
      `Bearer ${token}`,
      basic('jane@new.example', administrator.password ?? ''),
    ]) {
      expect((await accounts.call('GET', '', { authorization })).answer).toEqual(['new']);
      expect((await accounts.call('GET', '/new/users', { authorization })).answer).toMatchObject({
        users: [{ email: 'jane@new.example', role: 'administrator' }],
      });
      expect((await accounts.call('GET', `/${acme}/users`, { authorization })).status).toBe(404);
      // It cannot create others, and the operator has no access to it.
      expect((await accounts.call('POST', '', { authorization, body })).status).toBe(403);
    }
    expect((await accounts.call('GET', '/new')).status).toBe(404);
  });

  test('gets the given password, which no response repeats', async () => {
    const password = 'a password of its own';
    const made = await accounts.call('POST', '', {
      body: { name: 'own', administrator: { email: 'joe@own.example', password } },
    });
    expect(made.text).not.toContain(password);
    const { organization, administrator } = createdOrganization.parse(made.answer);
    expect([organization.environments, administrator]).toEqual([[], { email: 'joe@own.example' }]);
    const authorization = basic('JOE@own.example', password);
    expect((await accounts.call('GET', '/own', { authorization })).status).toBe(200);
  });

  test('needs the role operator: 403', async () => {
    const body = { name: 'x', administrator: { email: 'x@x.example' } };
    expect(
      await accounts.refusal('POST', '', { body, authorization: `Bearer ${accounts.other.token}` }),
    ).toMatchObject({
      status: 403,
      code: 'auth.role',
      message: 'This requires the role "operator"; yours is "administrator"',
    });
    expect(
      await accounts.refusal('POST', '', { body, authorization: `Bearer ${accounts.third.token}` }),
    ).toMatchObject({
      status: 403,
      code: 'auth.scope',
    });
  });

  test("is refused when its name or its administrator's e-mail address is taken: 409", async () => {
    const administrator = { email: 'new@x.example' };
    expect(await accounts.refusal('POST', '', { body: { name: other, administrator } })).toMatchObject({
      status: 409,
      code: 'organization.exists',
    });
    const taken = { name: 'x', administrator: { email: accounts.system.email.toUpperCase() } };
    expect(await accounts.refusal('POST', '', { body: taken })).toMatchObject({
      status: 409,
      code: 'user.exists',
    });
    const database = await connectDatabase(accounts.system.databaseUrl);
    expect(await database.sql("select id from organizations where name = 'x'")).toEqual([]);
    expect(await database.sql("select id from users where email = 'new@x.example'")).toEqual([]);
    await database.end();
  });

  const administrator = { email: 'a@b.example' };
  test.each<[unknown, string, RegExp]>([
    [[], 'body', /object/],
    [{ administrator }, 'name', /required/],
    [{ name: 7, administrator }, 'name', /string/],
    [{ name: '', administrator }, 'name', /1 to 63/],
    [{ name: 'x'.repeat(64), administrator }, 'name', /1 to 63/],
    [{ name: '-x', administrator }, 'name', /beginning with/],
    [{ name: 'x/y', administrator }, 'name', /letters/],
    [{ name: 'x', environments: 'prod', administrator }, 'environments', /array/],
    [{ name: 'x', environments: ['a', 'b c'], administrator }, 'environments[1]', /letters/],
    [{ name: 'x', environments: ['a', 'a'], administrator }, 'environments', /once/],
    [{ name: 'x' }, 'administrator', /required/],
    [{ name: 'x', administrator: {} }, 'administrator.email', /required/],
    [{ name: 'x', administrator: { ...administrator, password: 'short' } }, 'administrator.password', /12/],
    [{ name: 'x', administrator, plan: 'gold' }, 'plan', /unknown/],
  ])('is refused for %j: 400 with the field and the expected value', async (body, field, words) => {
    expect(await accounts.refusal('POST', '', { body })).toMatchObject({
      status: 400,
      code: 'request.invalid',
      faults: [{ field, description: expect.stringMatching(words) as string }],
    });
  });
});

describe('an environment', () => {
  test('is created by an administrator, works immediately and has a unique name', async () => {
    const made = await accounts.call('POST', `/${acme}/environments`, { body: { name: 'x'.repeat(63) } });
    expect([made.status, made.answer]).toEqual([201, expect.objectContaining({ name: 'x'.repeat(63) })]);
    const { status } = await accounts.system.clientOf(acme, 'x'.repeat(63)).request('/queries');
    expect(status).toBe(200);
    expect(
      await accounts.refusal('POST', `/${acme}/environments`, { body: { name: 'x'.repeat(63) } }),
    ).toMatchObject({
      status: 409,
      code: 'environment.exists',
    });
  });

  test.each<[unknown, string]>([
    [{}, 'name'],
    [{ name: null }, 'name'],
    [{ name: 'x'.repeat(64) }, 'name'],
    [{ name: '..' }, 'name'],
    [{ name: 'nul\0' }, 'name'],
    [{ name: 'x', region: 'eu' }, 'region'],
  ])('is refused for %j: 400 with the field', async (body, field) => {
    expect(await accounts.refusal('POST', `/${acme}/environments`, { body })).toMatchObject({
      status: 400,
      faults: [{ field }],
    });
  });
});

import { auditEventList, createdToken, createdUser, signedIn, userList, userView } from '@hourglass/contract';
import { eventually, startSystem, testEmail } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic, startAccounts, type AccountsSystem } from './accounts-system.ts';

let accounts: AccountsSystem;
/** The organization of an administrator. That of the operator is `acme`. */
let other: string;
beforeAll(async () => {
  // Other operators would change which one is the last.
  accounts = await startAccounts(await startSystem({ worker: false }));
  other = accounts.other.organization;
});
afterAll(() => accounts.system.stop());

describe('a user', () => {
  test('is created, listed, read, changed and deleted', async () => {
    const made = await accounts.call('POST', '/acme/users', { body: { email: 'Joe@Acme.example' } });
    expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const { password = '', ...user } = createdUser.parse(made.answer);
    expect(user).toMatchObject({ email: 'joe@acme.example', role: 'member' });
    const own = basic('joe@acme.example', password);
    expect((await accounts.call('GET', '/acme', { authorization: own })).status).toBe(200);
    expect((await accounts.call('GET', '/acme/users', { authorization: own })).status).toBe(403);

    const { users } = userList.parse((await accounts.call('GET', '/acme/users')).answer);
    expect(users).toContainEqual(user);
    expect(users.map(({ email }) => email)).toEqual(users.map(({ email }) => email).sort());
    expect((await accounts.call('GET', '/acme/users/JOE%40acme.example')).answer).toEqual(user);

    const path = '/acme/users/joe@ACME.example';
    const raised = await accounts.call('PATCH', path, { body: { role: 'administrator' } });
    expect(userView.parse(raised.answer)).toEqual({ ...user, role: 'administrator' });
    const changed = await accounts.call('PATCH', path, { body: { password: 'quite another password' } });
    expect(changed.text).not.toContain('password');
    const authorization = basic('joe@acme.example', 'quite another password');
    expect((await accounts.call('GET', '/acme/users', { authorization })).status).toBe(200);

    const deleted = await accounts.call('DELETE', path);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expect((await accounts.refusal('GET', path)).code).toBe('user.not_found');
    expect((await accounts.refusal('PATCH', path, { body: { role: 'member' } })).code).toBe('user.not_found');
    expect((await accounts.refusal('DELETE', path)).code).toBe('user.not_found');
  });

  test('a password that an administrator sets ends the sign-ins of the user, and keeps tokens', async () => {
    const email = 'leaked@acme.example';
    const password = 'a password that leaked';
    await accounts.addUser(email, 'member', password);
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const signIn = async (secret: string) => {
      const response = await fetch(`${accounts.system.url}/v1/signIn`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password: secret }),
      });
      return signedIn.parse(await response.json()).token;
    };
    const intruder = await signIn(password);
    const { token } = createdToken.parse(
      (await accounts.call('POST', '/acme/tokens', { body: { email, scopes: ['read'] } })).answer,
    );
    const statusOf = async (credential: string) =>
      (await accounts.call('GET', '/acme', bearer(credential))).status;
    // A role alone ends nothing.
    await accounts.call('PATCH', `/acme/users/${email}`, { body: { role: 'administrator' } });
    expect(await statusOf(intruder)).toBe(200);
    await accounts.call('PATCH', `/acme/users/${email.toUpperCase()}`, {
      body: { password: 'a password of the owner' },
    });
    expect(await statusOf(intruder)).toBe(401);
    expect(await statusOf(token)).toBe(200);
    const { events } = auditEventList.parse(
      (await accounts.call('GET', '/acme/audit?action=token.delete')).answer,
    );
    expect(events[0]?.details).toEqual({ user: email });
    // The own password keeps the session that sets it.
    const own = await signIn('a password of the owner');
    const changed = await accounts.call('PATCH', `/acme/users/${email}`, {
      ...bearer(own),
      body: { password: 'yet another of the owner' },
    });
    expect([changed.status, await statusOf(own)]).toEqual([200, 200]);
  });

  test('changes the own password with the current one, also as a member with a token of scope read', async () => {
    const email = 'own@acme.example';
    const authorization = await accounts.addUser(email, 'member', 'the first password');
    const path = `/acme/users/${email}/password`;
    const body = { currentPassword: 'the first password', password: 'the second password' };
    const { token } = createdToken.parse(
      (await accounts.call('POST', '/acme/tokens', { body: { email, scopes: ['read'] } })).answer,
    );
    const refusals = [
      await accounts.refusal('PUT', path, { authorization, body: { ...body, currentPassword: 'wrong' } }),
      await accounts.refusal('PUT', path, {
        authorization: `Bearer ${token}`,
        body: { ...body, password: email },
      }),
    ];
    expect(refusals.map(({ status, faults }) => [status, faults[0]?.field])).toEqual([
      [400, 'currentPassword'],
      [400, 'password'],
    ]);
    const others = await accounts.refusal('PUT', `/acme/users/${testEmail}/password`, {
      authorization,
      body,
    });
    expect([others.status, others.code]).toEqual([404, 'user.not_found']);

    const changed = await accounts.call('PUT', path, { authorization: `Bearer ${token}`, body });
    expect([changed.status, changed.text]).toEqual([204, '']);
    expect((await accounts.call('GET', '/acme', { authorization: basic(email, body.password) })).status).toBe(
      200,
    );
    await eventually('the first password ends', async () =>
      (await accounts.call('GET', '/acme', { authorization })).status === 401 ? true : null,
    );
  });

  test('is refused when the address is taken, in any organization, with the same message: 409', async () => {
    await accounts.addUser('taken@acme.example');
    const own = await accounts.refusal('POST', '/acme/users', { body: { email: 'TAKEN@acme.example' } });
    const others = await accounts.refusal('POST', '/acme/users', {
      body: { email: `owner@${other}.example` },
    });
    expect([own.status, own.code]).toEqual([409, 'user.exists']);
    expect(others.message.replace(`owner@${other}`, 'taken@acme')).toBe(own.message);
  });

  test('is neither demoted nor deleted when it is the last operator or administrator: 409', async () => {
    const path = `/acme/users/${testEmail}`;
    for (const [method, body] of [
      ['PATCH', { role: 'administrator' }],
      ['PATCH', { role: 'member' }],
      ['DELETE', undefined],
    ] as const) {
      expect(await accounts.refusal(method, path, { body })).toMatchObject({
        status: 409,
        code: 'user.last_of_role',
      });
    }
    const authorization = `Bearer ${accounts.other.token}`;
    const last = await accounts.refusal('DELETE', `/${other}/users/owner@${other}.example`, {
      authorization,
    });
    expect(last.message).toBe(
      `"owner@${other}.example" is the last administrator of the organization; create another one first`,
    );
  });

  test("cannot be promoted above the caller's role, nor changed by a lower role: 403", async () => {
    const authorization = await accounts.addUser('boss@acme.example', 'administrator');
    await accounts.addUser('plain@acme.example');
    for (const [method, path, body] of [
      ['PATCH', '/acme/users/plain@acme.example', { role: 'operator' }],
      ['PATCH', '/acme/users/boss@acme.example', { role: 'operator' }],
      ['PATCH', `/acme/users/${testEmail}`, { password: 'taken over by me' }],
      ['DELETE', `/acme/users/${testEmail}`, undefined],
      ['POST', '/acme/users', { email: 'n@acme.example', role: 'operator' }],
      ['POST', '/acme/tokens', { email: testEmail, scopes: ['admin'] }],
    ] as const) {
      expect(await accounts.refusal(method, path, { body, authorization })).toMatchObject({
        status: 403,
        code: 'auth.role',
        message: 'This requires the role "operator"; yours is "administrator"',
      });
    }
  });

  test.each<[unknown, string, RegExp]>([
    [{}, 'email', /e-mail|required/],
    [{ email: 5 }, 'email', /e-mail|string/],
    [{ email: 'joe' }, 'email', /e-mail/],
    [{ email: 'nul\0@x.example' }, 'email', /e-mail/],
    [{ email: `${'x'.repeat(244)}@xy.example` }, 'email', /254/],
    [{ email: 'a@x.example', role: 'owner' }, 'role', /member, administrator, operator/],
    [{ email: 'a@x.example', role: null }, 'role', /member/],
    [{ email: 'a@x.example', password: 123_456_789_012 }, 'password', /string, found a number/],
    [{ email: 'a@x.example', password: 'elevenchars' }, 'password', /at least 12 .*found 11 characters/],
    [{ email: 'a@x.example', password: 'x'.repeat(257) }, 'password', /at most 256/],
    [{ email: 'a@x.example', password: 'twelve\0chars' }, 'password', /control/],
    [{ email: 'longer@x.example', password: 'LONGER@x.example' }, 'password', /e-mail address/],
    [{ email: 'a@x.example', password: 'Password1234' }, 'password', /attackers try first/],
    [{ email: 'a@x.example', admin: true }, 'admin', /unknown/],
  ])('is refused for %j: 400 with the field and the expected value', async (body, field, words) => {
    const refused = await accounts.refusal('POST', '/acme/users', { body });
    expect(refused).toMatchObject({
      status: 400,
      faults: [{ field, description: expect.stringMatching(words) as string }],
    });
    expect(JSON.stringify(refused)).not.toContain('elevenchars');
  });

  test('may have an address of 254 characters and a password of 12 to 256', async () => {
    for (const [letter, password] of [
      ['y', 'twelve chars'],
      ['z', '🔑'.repeat(128)],
    ] as const) {
      const email = `${letter.repeat(243)}@xy.example`;
      expect(email).toHaveLength(254);
      const authorization = await accounts.addUser(email, 'member', password);
      expect((await accounts.call('GET', '/acme', { authorization })).status).toBe(200);
    }
  });

  test.each<[unknown, string]>([
    [{}, 'body'],
    [{ email: 'other@acme.example' }, 'email'],
    [{ role: 'king' }, 'role'],
    [{ password: 'short' }, 'password'],
  ])('is not changed by %j: 400 with the field', async (body, field) => {
    const { status, faults } = await accounts.refusal('PATCH', `/acme/users/${testEmail}`, { body });
    expect([status, faults[0]?.field]).toEqual([400, field]);
  });
});

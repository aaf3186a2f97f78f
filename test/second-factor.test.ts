import { auditEventList, startedSecondFactor, tokenList, userList } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  sharedSystem,
  stepAt,
  type DatabaseClient,
  type TestSystem,
} from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  codeAt,
  nextCode,
  secondFactorClient,
  signedInOf,
  wrongCodes,
  type EnrolledUser,
  type EnrollingUser,
} from './second-factor-client.ts';

let system: TestSystem;
/** A second API process over the same services. */
let another: string;
let database: DatabaseClient;
let client: ReturnType<typeof secondFactorClient>;
beforeAll(async () => {
  system = await sharedSystem('api');
  another = await system.startApi();
  database = await connectDatabase(system.databaseUrl);
  client = secondFactorClient(system);
});
afterAll(async () => {
  await database.end();
  await system.stop();
});

const newUser = () => client.newUser();
const enrolled = async () => client.enrol(await newUser());
const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` });

/** Waits until an API process has noticed that the password alone suffices, or not. */
const passwordAloneIs = (status: number, user: EnrollingUser, url = system.url) =>
  eventually(`the password alone is a ${status}`, async () => {
    const answer = await client.withPassword(user, url);
    return answer.status === status ? answer : null;
  });

async function stateInList(user: EnrollingUser): Promise<string | undefined> {
  const list = await client.send('GET', `/v1/organizations/${user.organization}/users`, bearer(user));
  return userList.parse(JSON.parse(list.text)).users.find(({ email }) => email === user.email)?.secondFactor;
}

describe('a second factor', () => {
  test('is pending until a code confirms it, and then ends the use of the password alone in every process', async () => {
    const user = await newUser();
    expect(await client.state(user)).toEqual({ state: 'none', confirmed: null, recoveryCodesLeft: 0 });
    for (const url of [system.url, another]) await passwordAloneIs(200, user, url);

    const started = await client.start(user);
    expect([started.status, started.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const { secret, url } = startedSecondFactor.parse(JSON.parse(started.text));
    expect(new URL(url).searchParams.get('secret')).toBe(secret);
    expect([(await client.state(user)).state, await stateInList(user)]).toEqual(['pending', 'pending']);
    expect((await client.withPassword(user)).status).toBe(200);
    expect((await client.signIn(user)).status).toBe(200);

    const [wrong = ''] = wrongCodes(secret, 1);
    expect(await client.confirm(user, wrong)).toMatchObject({ status: 400, code: 'request.invalid' });
    const confirmed = await client.confirm(user, codeAt(secret, stepAt(Date.now())));
    expect([confirmed.status, confirmed.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await client.state(user)).toMatchObject({
      state: 'active',
      confirmed: expect.stringMatching(/^20/) as string,
      recoveryCodesLeft: 10,
    });
    expect(await stateInList(user)).toBe('active');
    for (const process of [system.url, another]) {
      const refused = await passwordAloneIs(401, user, process);
      expect([refused.code, refused.text]).toEqual([
        'auth.second_factor',
        expect.stringContaining('POST /v1/signIn'),
      ]);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="hourglass"');
    }
    // Tokens that were made earlier keep working.
    expect((await client.withToken(user, user.token)).status).toBe(200);
  });

  test('is started with the password only, once more while it is pending, and not beside an active one', async () => {
    const user = await newUser();
    expect(await client.start(user, 'a wrong password')).toMatchObject({
      status: 400,
      text: expect.stringContaining('"field":"password"') as string,
    });
    const secretOf = async () =>
      startedSecondFactor.parse(JSON.parse((await client.start(user)).text)).secret;
    const [first, second] = [await secretOf(), await secretOf()];
    const step = stepAt(Date.now());
    expect((await client.confirm(user, codeAt(first, step))).status).toBe(400);
    expect((await client.confirm(user, codeAt(second, step))).status).toBe(200);
    expect(await client.start(user)).toMatchObject({ status: 409, code: 'second_factor.active' });
    expect(await client.confirm(user, codeAt(second, step + 1))).toMatchObject({
      status: 404,
      code: 'second_factor.not_found',
    });
  });

  test('is stored sealed, its recovery codes hashed, and neither they nor codes are in the log', async () => {
    const user = await enrolled();
    const [recoveryCode = ''] = user.recoveryCodes;
    const code = nextCode(user);
    expect((await client.signIn(user, code)).status).toBe(200);
    expect((await client.signIn(user, code)).status).toBe(401);
    const [row] = await database.sql<{ text: string; secret: string }>(
      `select f::text as text, encode(sealed_secret, 'escape') as secret from second_factors f
         join users u on u.id = f.user_id where email = $1`,
      [user.email],
    );
    const stored = `${row?.text} ${row?.secret}`;
    expect(stored).toMatch(/[0-9a-f]{64}/);
    const log = (await system.apiLog()).join('\n');
    expect(log).toContain('second_factor.confirm');
    for (const secret of [user.secret, recoveryCode, code]) {
      expect(log).not.toContain(secret);
      if (secret !== code) expect(stored).not.toContain(secret);
    }
  });
});

describe('a sign-in', () => {
  test('with password and code returns a token for eight hours, which the list of tokens has', async () => {
    const user = await enrolled();
    const answer = await client.signIn(user, nextCode(user));
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const { token, expires, ...rest } = signedInOf(answer);
    expect(rest).toEqual({ email: user.email, organization: user.organization, role: 'administrator' });
    expect((Date.parse(expires) - Date.now()) / 3_600_000).toBeCloseTo(8, 1);
    expect((await client.withToken(user, token)).status).toBe(200);
    const list = await client.send('GET', `/v1/organizations/${user.organization}/tokens`, bearer({ token }));
    expect(tokenList.parse(JSON.parse(list.text)).tokens[0]).toMatchObject({
      email: user.email,
      description: 'Sign-in with a code',
      scopes: ['read', 'submit', 'ingest', 'admin'],
    });
  });

  test('needs the code only of a user with a second factor', async () => {
    const user = await newUser();
    const plain = await client.signIn(user, '123456');
    expect((await client.withToken(user, signedInOf(plain).token)).status).toBe(200);
    const protectedUser = await enrolled();
    expect(await client.signIn(protectedUser)).toMatchObject({ status: 401, code: 'auth.second_factor' });
  });

  test('with a wrong password or an unknown user is the same 401, whatever the code is, which stays unused', async () => {
    const user = await enrolled();
    const code = nextCode(user);
    const wrong = await client.signIn({ ...user, password: 'another password' }, code);
    const unknown = await client.signIn({ email: 'nobody@nowhere.example', password: 'x' }, code);
    expect([wrong.status, wrong.code]).toEqual([401, 'auth.required']);
    expect(unknown.text).toBe(wrong.text);
    expect((await client.signIn(user, code)).status).toBe(200);
  });

  test('accepts a code once, and none of an earlier step afterwards', async () => {
    const user = await enrolled();
    const confirming = codeAt(user.secret, user.confirmedStep);
    expect(await client.signIn(user, confirming)).toMatchObject({ status: 401, code: 'auth.code' });
    expect((await client.signIn(user, nextCode(user))).status).toBe(200);
    for (const used of [nextCode(user), confirming]) {
      expect(await client.signIn(user, used, another)).toMatchObject({ status: 401, code: 'auth.code' });
    }
  });

  test('accepts the codes of the step, the one before and the one after, and no others', async () => {
    const user = await enrolled();
    const isAccepted = async (distance: number): Promise<boolean> => {
      for (;;) {
        await database.sql(
          `update second_factors set last_step = null, wrong_codes = 0, delayed_until = null
            where user_id = (select id from users where email = $1)`,
          [user.email],
        );
        const before = stepAt(Date.now());
        const { status } = await client.signIn(user, codeAt(user.secret, before + distance));
        // Otherwise the step changed meanwhile, and the code may have been compared with either.
        if (stepAt(Date.now()) === before) return status === 200;
      }
    };
    const accepted: boolean[] = [];
    for (const distance of [-2, -1, 0, 1, 2]) accepted.push(await isAccepted(distance));
    expect(accepted).toEqual([false, true, true, true, false]);
  });

  test.each(['code', 'recovery code'])(
    'that comes twenty times at once with one %s, at two processes, succeeds once',
    async (kind) => {
      const user = await enrolled();
      const code = kind === 'code' ? nextCode(user) : (user.recoveryCodes[3] ?? '');
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          client.signIn(user, code, index % 2 === 0 ? system.url : another),
        ),
      );
      const accepted = answers.filter(({ status }) => status === 200);
      expect(accepted).toHaveLength(1);
      const refusals = new Set(answers.filter((one) => !accepted.includes(one)).map((one) => one.code));
      expect(
        [...refusals].filter((one) => !['auth.code', 'auth.delayed', 'auth.busy'].includes(one ?? '')),
      ).toEqual([]);
    },
  );

  test('with a recovery code works once for each, in any case, and leaves the others', async () => {
    const user = await enrolled();
    const [first = '', second = ''] = user.recoveryCodes;
    expect(new Set(user.recoveryCodes).size).toBe(10);
    expect((await client.signIn(user, first)).status).toBe(200);
    expect((await client.state(user)).recoveryCodesLeft).toBe(9);
    expect(await client.signIn(user, first)).toMatchObject({ status: 401, code: 'auth.code' });
    expect((await client.signIn(user, second.toUpperCase())).status).toBe(200);
    expect((await client.signIn(user, nextCode(user))).status).toBe(200);
    expect((await client.state(user)).recoveryCodesLeft).toBe(8);
  });

  test('is in the audit log with the use of the code and of the recovery code, without either', async () => {
    const user = await enrolled();
    const codes = [nextCode(user), user.recoveryCodes[0] ?? ''];
    for (const code of codes) expect((await client.signIn(user, code)).status).toBe(200);
    const { text } = await client.send('GET', `/v1/organizations/${user.organization}/audit`, bearer(user));
    const { events } = auditEventList.parse(JSON.parse(text));
    expect(events.map(({ action, user: by, actor, details }) => [action, by, actor, details])).toMatchObject([
      ['token.create', user.email, 'user', { signIn: 'code' }],
      ['second_factor.use', user.email, 'user', { kind: 'recoveryCode', recoveryCodesLeft: 9 }],
      ['token.create', user.email, 'user', { signIn: 'code' }],
      ['second_factor.use', user.email, 'user', { kind: 'code', recoveryCodesLeft: 10 }],
      ['second_factor.confirm', user.email, 'token', {}],
      ['second_factor.start', user.email, 'token', {}],
    ]);
    for (const code of codes) expect(text).not.toContain(code);
  });

  test('of a suspended organization is a 403', async () => {
    const user = await newUser();
    const suspend = (verb: string) =>
      client.send('POST', `/v1/organizations/${user.organization}:${verb}`, bearer(system));
    expect((await suspend('suspend')).status).toBe(200);
    expect(await client.signIn(user)).toMatchObject({ status: 403, code: 'organization.suspended' });
  });

  test('is refused beyond a hundred tokens of the user that expire, and leaves room for those of others', async () => {
    const user = await newUser();
    await database.sql(
      `insert into tokens (user_id, hash, scopes, expires_at)
       select id, 'hash-' || n || email, '{read}', now() + interval '1 hour' from users, generate_series(1, 100) n
        where email = $1`,
      [user.email],
    );
    expect(await client.signIn(user)).toMatchObject({ status: 409, code: 'account.limit' });
    const made = await client.send('POST', `/v1/organizations/${user.organization}/tokens`, {
      ...bearer(user),
      body: { scopes: ['read'] },
    });
    expect(made.status).toBe(201);
  });

  test.each([{ code: '12345' }, { code: '1234567' }, { code: 'abcd-efgh' }, { code: 123_456 }, { other: 1 }])(
    'with %j is a 400 that names the member',
    async (members) => {
      const body = { email: 'joe@acme.example', password: 'x', ...members };
      const answer = await client.send('POST', '/v1/signIn', { body });
      expect([answer.status, answer.text]).toEqual([
        400,
        expect.stringContaining(Object.keys(members)[0] ?? ''),
      ]);
    },
  );
});

describe('the address of a user with a second factor', () => {
  test('is a known one after password and code, not after the password alone', async () => {
    const user = await enrolled();
    const known = () =>
      database.sql('select 1 from sign_in_addresses a join users u on u.id = a.user_id where email = $1', [
        user.email,
      ]);
    await database.sql(
      'delete from sign_in_addresses where user_id = (select id from users where email = $1)',
      [user.email],
    );
    await passwordAloneIs(401, user);
    expect((await client.signIn(user)).status).toBe(401);
    expect((await client.withPassword(user, another)).status).toBe(401);
    expect(await known()).toHaveLength(0);
    expect((await client.signIn(user, nextCode(user))).status).toBe(200);
    expect(await known()).toHaveLength(1);
  });
});

describe('a second factor that is to be removed', () => {
  const ended = async (user: EnrollingUser) => {
    expect((await client.state(user)).state).toBe('none');
    for (const url of [system.url, another]) await passwordAloneIs(200, user, url);
  };

  test('needs password and code, or a recovery code', async () => {
    const user = await enrolled();
    const [wrong = ''] = wrongCodes(user.secret, 1);
    const refusals = [
      await client.remove(user, nextCode(user), 'another password'),
      await client.remove(user, wrong),
    ];
    expect(refusals.map(({ status, text }) => [status, /"field":"(\w+)"/.exec(text)?.[1]])).toEqual([
      [400, 'password'],
      [400, 'code'],
    ]);
    expect((await client.remove(user, nextCode(user))).status).toBe(204);
    await ended(user);
    const again = await client.enrol(user);
    expect((await client.remove(again, again.recoveryCodes[9] ?? '')).status).toBe(204);
    await ended(user);
    expect(await client.remove(again, nextCode(again))).toMatchObject({
      status: 404,
      code: 'second_factor.not_found',
    });
  });

  test('with a code that signed in before is refused', async () => {
    const user = await enrolled();
    expect((await client.signIn(user, nextCode(user))).status).toBe(200);
    expect((await client.remove(user, nextCode(user))).status).toBe(400);
    expect((await client.state(user)).state).toBe('active');
  });

  /** A member with a factor, and an administrator of the same organization. */
  async function pair(): Promise<{ boss: EnrollingUser; member: EnrolledUser }> {
    const boss = await newUser();
    const email = `member@${boss.organization}.example`;
    const users = `/v1/organizations/${boss.organization}/users`;
    const body = { email, password: boss.password, role: 'member' };
    expect((await client.send('POST', users, { ...bearer(boss), body })).status).toBe(201);
    const { token } = signedInOf(await client.signIn({ email, password: boss.password }));
    return { boss, member: await client.enrol({ ...boss, email, token }) };
  }
  const removeOf = (user: EnrollingUser, by: { token: string }) =>
    client.send('DELETE', client.factorPath(user), bearer(by));

  test('is removed by an administrator for another user of the organization, not for itself', async () => {
    const { boss, member } = await pair();
    expect(await removeOf(member, member)).toMatchObject({ status: 403, code: 'auth.scope' });
    expect((await removeOf(member, boss)).status).toBe(204);
    await ended(member);
    expect(await removeOf(member, boss)).toMatchObject({ status: 404, code: 'second_factor.not_found' });
    const own = await client.enrol(boss);
    expect(await removeOf(own, own)).toMatchObject({ status: 409, code: 'second_factor.own' });
    expect((await client.state(own)).state).toBe('active');
  });

  test('is out of reach for users of other organizations, operators included, and for lower roles', async () => {
    const { member } = await pair();
    const stranger = await newUser();
    for (const caller of [stranger, system]) {
      const foreign = await removeOf(member, caller);
      const unknown = await client.send(
        'DELETE',
        client.factorPath({ ...member, organization: 'none' }),
        bearer(caller),
      );
      expect([foreign.status, foreign.text.replaceAll(member.organization, 'none')]).toEqual([
        404,
        unknown.text,
      ]);
      const ownPath = client.factorPath({ ...member, organization: caller.organization });
      for (const [method, path, body] of [
        ['DELETE', ownPath],
        ['GET', ownPath],
        ['POST', ownPath, { password: member.password }],
        ['POST', `${ownPath}:confirm`, { code: nextCode(member) }],
        ['POST', `${ownPath}:remove`, { password: member.password, code: nextCode(member) }],
      ] as const) {
        const answer = await client.send(method, path, { ...bearer(caller), body });
        expect([method, path, answer.status, answer.code]).toEqual([method, path, 404, 'user.not_found']);
      }
    }
    expect((await client.state(member)).state).toBe('active');
    // An administrator in the organization of an operator with a factor.
    const email = `boss-${Date.now()}@${system.organization}.example`;
    const users = `/v1/organizations/${system.organization}/users`;
    const body = { email, password: system.password, role: 'administrator' };
    expect((await client.send('POST', users, { ...bearer(system), body })).status).toBe(201);
    const { token } = signedInOf(await client.signIn({ email, password: system.password }));
    expect((await client.start(system)).status).toBe(201);
    expect(await removeOf(system, { token })).toMatchObject({ status: 403, code: 'auth.role' });
  });

  test('with psql is noticed by every process', async () => {
    const user = await enrolled();
    for (const url of [system.url, another]) await passwordAloneIs(401, user, url);
    await database.sql('delete from second_factors where user_id = (select id from users where email = $1)', [
      user.email,
    ]);
    await ended(user);
  });
});

describe('a second factor', () => {
  test('stays when the password is changed by its user or an administrator', async () => {
    const user = await enrolled();
    const path = `/v1/organizations/${user.organization}/users/${user.email}`;
    const changes = [
      ['PUT', `${path}/password`, { currentPassword: user.password, password: 'the second password' }],
      ['PATCH', path, { password: 'the third password' }],
    ] as const;
    for (const [method, target, body] of changes) {
      expect((await client.send(method, target, { ...bearer(user), body })).status).toBeLessThan(300);
      const changed = { ...user, password: body.password };
      await eventually('the new password is known', async () =>
        (await client.signIn(changed)).code === 'auth.second_factor' ? true : null,
      );
      expect((await client.withPassword(changed)).code).toBe('auth.second_factor');
    }
    expect((await client.signIn({ ...user, password: 'the third password' }, nextCode(user))).status).toBe(
      200,
    );
  });

  test('ends with its user: a new one with the same address has none', async () => {
    const boss = await newUser();
    const email = `again@${boss.organization}.example`;
    const users = `/v1/organizations/${boss.organization}/users`;
    const create = () =>
      client.send('POST', users, { ...bearer(boss), body: { email, password: boss.password } });
    await create();
    const { token } = signedInOf(await client.signIn({ email, password: boss.password }));
    const member = await client.enrol({ ...boss, email, token });
    expect((await client.send('DELETE', `${users}/${email}`, bearer(boss))).status).toBe(204);
    await create();
    await passwordAloneIs(200, member);
  });

  test('needs the secret key: without it codes are a 503, and recovery codes still work', async () => {
    const keyless = await system.startApi({ HOURGLASS_SECRET_KEY: '' });
    const otherKey = await system.startApi({ HOURGLASS_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') });
    const user = await enrolled();
    expect(await client.start(await newUser(), undefined, keyless)).toMatchObject({
      status: 503,
      code: 'second_factor.unavailable',
    });
    for (const [index, url] of [keyless, otherKey].entries()) {
      expect(await client.signIn(user, nextCode(user), url)).toMatchObject({
        status: 503,
        code: 'second_factor.unavailable',
      });
      expect((await client.signIn(user, user.recoveryCodes[index], url)).status).toBe(200);
    }
    expect((await client.signIn(user, nextCode(user))).status).toBe(200);
  });
});

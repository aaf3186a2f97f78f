import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createdOrganization,
  createdToken,
  createdUser,
  errorBody,
  tokenList,
  userList,
  userView,
} from '@hourglass/contract';
import {
  connectDatabase,
  createTestTenant,
  eventually,
  startSystem,
  testEmail,
  testPassword,
  testToken,
  type RunningSystem,
} from '@hourglass/testing';

describe('accounts', () => {
  let system: RunningSystem;
  const otherToken = 'token-of-the-other-organization';
  const memberToken = 'token-of-a-member-of-a-third-one';
  beforeAll(async () => {
    system = await startSystem({ worker: false });
    await createTestTenant(system.databaseUrl, {
      organization: 'other',
      environments: ['prod'],
      token: otherToken,
      role: 'administrator',
    });
    await createTestTenant(system.databaseUrl, {
      organization: 'third',
      environments: ['prod'],
      token: memberToken,
    });
  });
  afterAll(() => system.stop());

  const basic = (email: string, password: string) =>
    `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;

  /** Of the operator, unless told otherwise; `path` follows `/v1/organizations`. */
  async function call(
    method: string,
    path: string,
    { body, authorization = `Bearer ${testToken}` }: { body?: unknown; authorization?: string } = {},
  ) {
    const response = await fetch(`${system.url}/v1/organizations${path}`, {
      method,
      headers: {
        Authorization: authorization,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, text, answer, headers: response.headers };
  }

  async function refusal(...request: Parameters<typeof call>) {
    const { status, answer } = await call(...request);
    const { code, message, error } = errorBody.parse(answer);
    return { status, code, message, faults: error.details.flatMap(({ fieldViolations }) => fieldViolations) };
  }

  async function addUser(email: string, role = 'member', password = testPassword): Promise<string> {
    const { status } = await call('POST', '/acme/users', { body: { email, role, password } });
    expect(status).toBe(201);
    return basic(email, password);
  }

  describe('an organization', () => {
    it('is made by an operator, with an administrator and a token that work at once and are shown once', async () => {
      const body = {
        name: 'new',
        environments: ['prod', 'test'],
        administrator: { email: 'Jane@New.example' },
      };
      const made = await call('POST', '', { body });
      expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
      const { organization, administrator, token } = createdOrganization.parse(made.answer);
      expect(organization).toMatchObject({ name: 'new', environments: ['prod', 'test'] });
      expect(administrator.email).toBe('jane@new.example');
      expect(token).toMatch(/^hg_[\w-]{43}$/);
      for (const authorization of [
        `Bearer ${token}`,
        basic('jane@new.example', administrator.password ?? ''),
      ]) {
        expect((await call('GET', '', { authorization })).answer).toEqual(['new']);
        expect((await call('GET', '/new/users', { authorization })).answer).toMatchObject({
          users: [{ email: 'jane@new.example', role: 'administrator' }],
        });
        expect((await call('GET', '/acme/users', { authorization })).status).toBe(404);
        // Neither does its maker see it, nor may it make others.
        expect((await call('POST', '', { authorization, body })).status).toBe(403);
      }
      expect((await call('GET', '/new')).status).toBe(404);
    });

    it('has the password that is given, which no answer repeats', async () => {
      const password = 'a password of its own';
      const made = await call('POST', '', {
        body: { name: 'own', administrator: { email: 'joe@own.example', password } },
      });
      expect(made.text).not.toContain(password);
      const { organization, administrator } = createdOrganization.parse(made.answer);
      expect([organization.environments, administrator]).toEqual([[], { email: 'joe@own.example' }]);
      const authorization = basic('JOE@own.example', password);
      expect((await call('GET', '/own', { authorization })).status).toBe(200);
    });

    it('is refused to everybody else with the role that it takes: 403', async () => {
      const body = { name: 'x', administrator: { email: 'x@x.example' } };
      expect(await refusal('POST', '', { body, authorization: `Bearer ${otherToken}` })).toMatchObject({
        status: 403,
        code: 'auth.role',
        message: 'This needs the role "operator"; yours is "administrator"',
      });
      expect(await refusal('POST', '', { body, authorization: `Bearer ${memberToken}` })).toMatchObject({
        status: 403,
        code: 'auth.scope',
      });
    });

    it('is refused when its name or the address of its administrator is taken: 409', async () => {
      const administrator = { email: 'new@x.example' };
      expect(await refusal('POST', '', { body: { name: 'other', administrator } })).toMatchObject({
        status: 409,
        code: 'organization.exists',
      });
      const taken = { name: 'x', administrator: { email: testEmail.toUpperCase() } };
      expect(await refusal('POST', '', { body: taken })).toMatchObject({ status: 409, code: 'user.exists' });
      const database = await connectDatabase(system.databaseUrl);
      expect(await database.sql("select id from organizations where name = 'x'")).toEqual([]);
      expect(await database.sql("select id from users where email = 'new@x.example'")).toEqual([]);
      await database.end();
    });

    const administrator = { email: 'a@b.example' };
    it.each<[unknown, string, RegExp]>([
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
    ])('is refused for %j: 400 that names the field and what is expected', async (body, field, words) => {
      expect(await refusal('POST', '', { body })).toMatchObject({
        status: 400,
        code: 'request.invalid',
        faults: [{ field, description: expect.stringMatching(words) as string }],
      });
    });
  });

  describe('an environment', () => {
    it('is made by an administrator and can be used at once; its name is given once', async () => {
      const made = await call('POST', '/acme/environments', { body: { name: 'x'.repeat(63) } });
      expect([made.status, made.answer]).toEqual([201, expect.objectContaining({ name: 'x'.repeat(63) })]);
      const { status } = await system.clientOf('acme', 'x'.repeat(63)).request('/queries');
      expect(status).toBe(200);
      expect(await refusal('POST', '/acme/environments', { body: { name: 'x'.repeat(63) } })).toMatchObject({
        status: 409,
        code: 'environment.exists',
      });
    });

    it.each<[unknown, string]>([
      [{}, 'name'],
      [{ name: null }, 'name'],
      [{ name: 'x'.repeat(64) }, 'name'],
      [{ name: '..' }, 'name'],
      [{ name: 'nul\0' }, 'name'],
      [{ name: 'x', region: 'eu' }, 'region'],
    ])('is refused for %j: 400 that names the field', async (body, field) => {
      expect(await refusal('POST', '/acme/environments', { body })).toMatchObject({
        status: 400,
        faults: [{ field }],
      });
    });
  });

  describe('a user', () => {
    it('is made, listed, read, changed and deleted', async () => {
      const made = await call('POST', '/acme/users', { body: { email: 'Joe@Acme.example' } });
      expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
      const { password = '', ...user } = createdUser.parse(made.answer);
      expect(user).toMatchObject({ email: 'joe@acme.example', role: 'member' });
      const own = basic('joe@acme.example', password);
      expect((await call('GET', '/acme', { authorization: own })).status).toBe(200);
      expect((await call('GET', '/acme/users', { authorization: own })).status).toBe(403);

      const { users } = userList.parse((await call('GET', '/acme/users')).answer);
      expect(users).toContainEqual(user);
      expect(users.map(({ email }) => email)).toEqual(users.map(({ email }) => email).sort());
      expect((await call('GET', '/acme/users/JOE%40acme.example')).answer).toEqual(user);

      const path = '/acme/users/joe@ACME.example';
      const raised = await call('PATCH', path, { body: { role: 'administrator' } });
      expect(userView.parse(raised.answer)).toEqual({ ...user, role: 'administrator' });
      const changed = await call('PATCH', path, { body: { password: 'quite another password' } });
      expect(changed.text).not.toContain('password');
      const authorization = basic('joe@acme.example', 'quite another password');
      expect((await call('GET', '/acme/users', { authorization })).status).toBe(200);

      const deleted = await call('DELETE', path);
      expect([deleted.status, deleted.text]).toEqual([204, '']);
      expect((await refusal('GET', path)).code).toBe('user.not_found');
      expect((await refusal('PATCH', path, { body: { role: 'member' } })).code).toBe('user.not_found');
      expect((await refusal('DELETE', path)).code).toBe('user.not_found');
    });

    it('is refused when the address is taken, by whomever, in the same words: 409', async () => {
      await addUser('taken@acme.example');
      const own = await refusal('POST', '/acme/users', { body: { email: 'TAKEN@acme.example' } });
      const others = await refusal('POST', '/acme/users', { body: { email: 'owner@other.example' } });
      expect([own.status, own.code]).toEqual([409, 'user.exists']);
      expect(others.message.replace('owner@other', 'taken@acme')).toBe(own.message);
    });

    it('is neither demoted nor deleted when it is the last operator or administrator: 409', async () => {
      const path = `/acme/users/${testEmail}`;
      for (const [method, body] of [
        ['PATCH', { role: 'administrator' }],
        ['PATCH', { role: 'member' }],
        ['DELETE', undefined],
      ] as const) {
        expect(await refusal(method, path, { body })).toMatchObject({
          status: 409,
          code: 'user.last_of_role',
        });
      }
      const authorization = `Bearer ${otherToken}`;
      const last = await refusal('DELETE', '/other/users/owner@other.example', { authorization });
      expect(last.message).toBe(
        '"owner@other.example" is the last administrator of the organization; make another one first',
      );
    });

    it('is not raised above who raises, nor changed from below: 403', async () => {
      const authorization = await addUser('boss@acme.example', 'administrator');
      await addUser('plain@acme.example');
      for (const [method, path, body] of [
        ['PATCH', '/acme/users/plain@acme.example', { role: 'operator' }],
        ['PATCH', '/acme/users/boss@acme.example', { role: 'operator' }],
        ['PATCH', `/acme/users/${testEmail}`, { password: 'taken over by me' }],
        ['DELETE', `/acme/users/${testEmail}`, undefined],
        ['POST', '/acme/users', { email: 'n@acme.example', role: 'operator' }],
        ['POST', '/acme/tokens', { email: testEmail, scopes: ['admin'] }],
      ] as const) {
        expect(await refusal(method, path, { body, authorization })).toMatchObject({
          status: 403,
          code: 'auth.role',
          message: 'This needs the role "operator"; yours is "administrator"',
        });
      }
    });

    it.each<[unknown, string, RegExp]>([
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
      [{ email: 'a@x.example', admin: true }, 'admin', /unknown/],
    ])('is refused for %j: 400 that names the field and what is expected', async (body, field, words) => {
      const refused = await refusal('POST', '/acme/users', { body });
      expect(refused).toMatchObject({
        status: 400,
        faults: [{ field, description: expect.stringMatching(words) as string }],
      });
      expect(JSON.stringify(refused)).not.toContain('elevenchars');
    });

    it('may have an address of 254 characters and a password of 12 or 256', async () => {
      for (const [letter, password] of [
        ['y', 'twelve chars'],
        ['z', '🔑'.repeat(128)],
      ] as const) {
        const email = `${letter.repeat(243)}@xy.example`;
        expect(email).toHaveLength(254);
        const authorization = await addUser(email, 'member', password);
        expect((await call('GET', '/acme', { authorization })).status).toBe(200);
      }
    });

    it.each<[unknown, string]>([
      [{}, 'body'],
      [{ email: 'other@acme.example' }, 'email'],
      [{ role: 'king' }, 'role'],
      [{ password: 'short' }, 'password'],
    ])('is not changed by %j: 400 that names the field', async (body, field) => {
      const { status, faults } = await refusal('PATCH', `/acme/users/${testEmail}`, { body });
      expect([status, faults[0]?.field]).toEqual([400, field]);
    });
  });

  describe('a token', () => {
    it('is made for the caller, lets in, is listed without itself, and ends at once when it is deleted', async () => {
      const made = await call('POST', '/acme/tokens', {
        body: { scopes: ['read', 'submit'], description: 'nightly report' },
      });
      expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
      const { token, ...view } = createdToken.parse(made.answer);
      expect(view).toMatchObject({
        email: testEmail,
        scopes: ['read', 'submit'],
        description: 'nightly report',
        expires: null,
      });
      expect(token).toMatch(/^hg_[\w-]{43}$/);
      const authorization = `Bearer ${token}`;
      expect((await call('GET', '/acme', { authorization })).status).toBe(200);
      expect((await refusal('GET', '/acme/tokens', { authorization })).code).toBe('auth.scope');

      const list = await call('GET', '/acme/tokens');
      expect(tokenList.parse(list.answer).tokens[0]).toEqual(view);
      expect(list.text).not.toContain(token.slice(3));

      expect((await call('DELETE', `/acme/tokens/${view.id}`)).status).toBe(204);
      expect((await call('GET', '/acme', { authorization })).status).toBe(401);
      expect(await refusal('DELETE', `/acme/tokens/${view.id}`)).toMatchObject({
        status: 404,
        code: 'token.not_found',
      });
    });

    it('of another user has at most the scopes of that user, and loses with the role what the user loses', async () => {
      await addUser('ann@acme.example', 'administrator');
      const body = { email: 'Ann@acme.example', scopes: ['read', 'admin'] };
      const { token } = createdToken.parse((await call('POST', '/acme/tokens', { body })).answer);
      const authorization = `Bearer ${token}`;
      expect((await call('GET', '/acme/tokens', { authorization })).status).toBe(200);
      await call('PATCH', '/acme/users/ann@acme.example', { body: { role: 'member' } });
      expect((await call('GET', '/acme/tokens', { authorization })).status).toBe(403);
      expect(await refusal('POST', '/acme/tokens', { body })).toMatchObject({
        status: 400,
        faults: [
          { field: 'scopes[1]', description: expect.stringContaining('expected one of read') as string },
        ],
      });
      await call('DELETE', '/acme/users/ann@acme.example');
      expect((await call('GET', '/acme', { authorization })).status).toBe(401);
    });

    it('ends when it expires', async () => {
      const body = { scopes: ['read'], expiresInSeconds: 3600 };
      const { id, token, created, expires } = createdToken.parse(
        (await call('POST', '/acme/tokens', { body })).answer,
      );
      expect(Date.parse(expires ?? '') - Date.parse(created)).toBe(3_600_000);
      const authorization = `Bearer ${token}`;
      expect((await call('GET', '/acme', { authorization })).status).toBe(200);
      const database = await connectDatabase(system.databaseUrl);
      await database.sql('update tokens set expires_at = now() where id = $1', [id]);
      await database.end();
      expect((await call('GET', '/acme', { authorization })).status).toBe(401);
      const { tokens } = tokenList.parse((await call('GET', '/acme/tokens')).answer);
      expect(tokens.map((one) => one.id)).toContain(id);
    });

    it.each<[unknown, string, RegExp]>([
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
      [
        { scopes: ['read'], environment: 'test', customers: ['x'.repeat(257)] },
        'customers[0]',
        /at most 256/,
      ],
      [{ scopes: ['read'], environment: 'test', customers: ['nul\0'] }, 'customers[0]', /control/],
    ])('is refused for %j: 400 that names the field and what is expected', async (body, field, words) => {
      expect(await refusal('POST', '/acme/tokens', { body })).toMatchObject({
        status: 400,
        faults: [{ field, description: expect.stringMatching(words) as string }],
      });
    });

    it('is good for one environment and a hundred customers, and is listed so', async () => {
      const body = { scopes: ['read'], environment: 'test', customers: customers(100) };
      const made = createdToken.parse((await call('POST', '/acme/tokens', { body })).answer);
      expect([made.environment, made.customers]).toEqual(['test', body.customers]);
      const { tokens } = tokenList.parse((await call('GET', '/acme/tokens')).answer);
      const bindings = tokens.map(({ id, environment, customers: ids }) => ({ id, environment, ids }));
      expect(bindings).toContainEqual({ id: made.id, environment: 'test', ids: body.customers });
      // The first one of all.
      expect(bindings.at(-1)).toMatchObject({ environment: null, ids: [] });
    });

    it('may have a description of 200 characters and live from 1 second to ten years', async () => {
      for (const expiresInSeconds of [1, 315_360_000]) {
        const body = { scopes: ['read'], description: '❤'.repeat(200), expiresInSeconds };
        expect((await call('POST', '/acme/tokens', { body })).status).toBe(201);
      }
      const nobody = { scopes: ['read'], email: 'owner@other.example' };
      expect((await refusal('POST', '/acme/tokens', { body: nobody })).code).toBe('user.not_found');
    });
  });

  it('answers odd names in paths with 400 or 404, never with a fault of ours', async () => {
    const names = [
      '%2F',
      '..%2Facme',
      '%00',
      'a%00b',
      '%ff',
      'x'.repeat(8000),
      '%F0%9F%98%80',
      "'%20or%20true--",
    ];
    names.push('%ED%A0%80', '%25', '__proto__', '%7B%7D');
    for (const name of names) {
      for (const [method, path] of [
        ['GET', `/${name}/users`],
        ['GET', `/acme/users/${name}`],
        ['PATCH', `/acme/users/${name}`],
        ['DELETE', `/acme/users/${name}`],
        ['DELETE', `/acme/tokens/${name}`],
        ['POST', `/${name}/environments`],
      ] as const) {
        const body = method === 'PATCH' ? { role: 'member' } : method === 'POST' ? { name: 'x' } : undefined;
        const { status } = await call(method, path, { body });
        expect([method, path.slice(0, 40), [400, 404].includes(status)]).toEqual([
          method,
          path.slice(0, 40),
          true,
        ]);
      }
    }
  });

  it('puts down every write in one line that says who did what, and no secret anywhere', async () => {
    const password = 'kept out of every log';
    const email = 'logged@acme.example';
    const done = [
      await call('POST', '', {
        body: { name: 'logged', administrator: { email: 'l@logged.example', password } },
      }),
      await call('POST', '/acme/environments', { body: { name: 'logged' } }),
      await call('PATCH', '/acme/environments/logged/limits', { body: { activeQueries: 3 } }),
      await call('PATCH', '/acme/environments/logged/retention', { body: { retentionDays: 3 } }),
      await call('PUT', '/acme/environments/logged/hostnames', { body: { hostnames: ['x.example'] } }),
      await call('POST', '/acme/environments/logged/customFields', {
        body: { name: 'dc_x', type: 'STRING' },
      }),
      await call('PATCH', '/acme/environments/logged/customFields', {
        body: { undeclaredFields: 'ignore' },
      }),
      await call('DELETE', '/acme/environments/logged/customFields/dc_x'),
      await call('PUT', '/acme/exchangeRates', {
        body: [{ day: '2026-06-01', currency: 'USD', targetCurrency: 'EUR', rate: '0.9' }],
      }),
      await call('POST', '/acme/users', { body: { email } }),
      await call('PATCH', `/acme/users/${email}`, { body: { password } }),
      await call('POST', '/acme/tokens', { body: { email, scopes: ['read'] } }),
    ];
    const { id, token } = createdToken.parse(done.at(-1)?.answer);
    done.push(await call('DELETE', `/acme/tokens/${id}`), await call('DELETE', `/acme/users/${email}`));
    const ids = done.map(({ headers }) => headers.get('x-request-id'));
    const lines = await eventually('every line is written', async () => {
      const written = system.api
        .output()
        .split('\n')
        .filter((line) => line.includes('"administration"'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ requestId }) => ids.includes(String(requestId)));
      return written.length < done.length ? null : written;
    });
    expect(lines.map(({ action, by, organization }) => [action, by, organization])).toEqual(
      [
        'organization.create',
        'environment.create',
        'environment.limits',
        'environment.retention',
        'environment.hostnames',
        'custom_field.create',
        'environment.undeclared_fields',
        'custom_field.delete',
        'organization.exchange_rates',
        'user.create',
        'user.change',
        'token.create',
        'token.delete',
        'user.delete',
      ].map((action) => [action, testEmail, 'acme']),
    );
    expect(lines.find(({ action }) => action === 'user.change')).toMatchObject({
      user: email,
      changed: ['password'],
    });
    const made = createdUser.parse(done[9]?.answer);
    const shown = createdOrganization.parse(done[0]?.answer);
    for (const secret of [password, token, made.password, shown.token, testToken, testPassword]) {
      expect(system.api.output()).not.toContain(secret ?? 'a password that was not made');
    }
  });
});

/** The longest ids, in a script that takes three bytes a character. */
function customers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index).padEnd(256, '客'));
}

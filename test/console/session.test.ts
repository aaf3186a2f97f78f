import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createdToken, sessionView } from '@hourglass/contract';
import { sharedSystem, startSystem, type RunningSystem, type TestSystem } from '@hourglass/testing';
import { browserRequest, ownPage, signInWithCookie } from './browser-request.ts';

const hourMs = 3_600_000;

describe('a session', () => {
  let system: TestSystem;
  let cookie: string;
  beforeAll(async () => {
    system = await sharedSystem('api');
    ({ cookie } = await signInWithCookie(system.url, system));
  });
  afterAll(() => system.stop());

  const call = (path: string, method: string, headers: Readonly<Record<string, string>>, body = '') =>
    browserRequest(`${system.url}${path}`, { method, headers: { Cookie: cookie, ...headers }, body });
  const query = JSON.stringify({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
  const queries = () => `${new URL(system.client.environmentUrl).pathname}/queries`;
  const dryRun = () => `${queries()}?dryRun=true`;

  test('begins with a cookie that no script and no other site can use, and shows the token nowhere', async () => {
    const { status, headers, body, attributes, ...signedIn } = await signInWithCookie(system.url, system);
    expect(status).toBe(200);
    expect(sessionView.parse(JSON.parse(body))).toMatchObject({
      email: system.email,
      organization: system.organization,
      role: 'operator',
    });
    expect(signedIn.cookie).toMatch(/^hourglass=hg_[\w-]{43}$/);
    expect(body).not.toContain('hg_');
    expect(headers['cache-control']).toBe('no-store');
    const [expires = '', ...others] = attributes.toSorted();
    expect(others).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict']);
    const lifetimeMs = Date.parse(expires.replace('Expires=', '')) - Date.now();
    expect(Math.abs(lifetimeMs - 8 * hourMs)).toBeLessThan(5 * 60_000);
  });

  test('serves the pages of this API as its token does', async () => {
    const own = ownPage(system.url);
    const session = await call('/v1/session', 'GET', { 'Sec-Fetch-Site': 'same-origin' });
    expect(sessionView.parse(JSON.parse(session.body)).email).toBe(system.email);
    expect((await call(dryRun(), 'POST', own, query)).status).toBe(200);
    // A bookmark, and a browser that sends no Sec-Fetch-Site because the connection is plain HTTP.
    expect((await call(queries(), 'GET', { 'Sec-Fetch-Site': 'none' })).status).toBe(200);
    expect((await call(queries(), 'GET', {})).status).toBe(200);
    const { 'Sec-Fetch-Site': _, ...plain } = own;
    expect((await call(dryRun(), 'POST', plain, query)).status).toBe(200);
  });

  test.each([
    ['a foreign Origin', { Origin: 'https://elsewhere.example', 'Sec-Fetch-Site': 'same-origin' }],
    ['an opaque Origin', { Origin: 'null' }],
    ['another port of this machine', { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' }],
    ['Sec-Fetch-Site cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['Sec-Fetch-Site same-site', { 'Sec-Fetch-Site': 'same-site' }],
  ])('serves no other site: with %s every operation is a 403', async (_, headers) => {
    const wrong: unknown[] = [];
    for (const [template, operations] of Object.entries(system.document.paths)) {
      const path = template.replace('{organization}', system.organization).replaceAll(/\{\w+\}/g, 'prod');
      for (const [method, { security = [] }] of Object.entries(operations)) {
        if (security.length === 0) continue;
        const { status, body } = await call(path, method.toUpperCase(), headers);
        const isRefused = status === 403 && body.includes('"request.origin"');
        // A contract with a header of its own for the token reads no cookie.
        if (!isRefused && status !== 401) wrong.push({ method, template, status, body });
      }
    }
    expect(wrong).toEqual([]);
  });

  test('writes nothing without Origin, as a navigation, or in a form that other sites can send', async () => {
    const { Origin, ...rest } = ownPage(system.url);
    const { 'Sec-Fetch-Site': _, ...typeOnly } = rest;
    expect((await call(dryRun(), 'POST', typeOnly, query)).status).toBe(403);
    expect((await call(dryRun(), 'POST', { ...rest, 'Sec-Fetch-Site': 'none' }, query)).status).toBe(403);
    const site = { Origin: Origin ?? '', 'Sec-Fetch-Site': 'same-origin' };
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      expect((await call(dryRun(), 'POST', { ...site, 'Content-Type': type }, query)).status).toBe(415);
    }
    // Operations without a body, too.
    expect((await call('/v1/session', 'DELETE', site)).status).toBe(415);
    expect((await call('/v1/session', 'GET', {})).status).toBe(200);
  });

  test('gives way to Authorization, also to a wrong one', async () => {
    for (const Authorization of ['Bearer unknown', 'Nonsense', '']) {
      expect((await call('/v1/session', 'GET', { Authorization })).status).toBe(401);
    }
    const token = { Authorization: `Bearer ${system.token}`, Origin: 'https://elsewhere.example' };
    expect((await call('/v1/session', 'GET', token)).status).toBe(200);
  });

  test('is never one that another site or person has chosen', async () => {
    const planted = await signInWithCookie(system.url, system);
    const other = await signInWithCookie(system.url, system, { Cookie: planted.cookie });
    expect(other.cookie).not.toBe(planted.cookie);
    for (const headers of [{ Origin: 'https://elsewhere.example' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
      expect((await signInWithCookie(system.url, system, headers)).status).toBe(403);
    }
    const form = await signInWithCookie(system.url, system, { 'Content-Type': 'text/plain' });
    expect([form.status, form.headers['set-cookie']]).toEqual([415, undefined]);
  });

  test('ends with its token, which the audit log records', async () => {
    const { cookie } = await signInWithCookie(system.url, system);
    const headers = { ...ownPage(system.url), Cookie: cookie };
    const ended = await call('/v1/session', 'DELETE', headers);
    expect(ended.status).toBe(204);
    expect(ended.headers['set-cookie']?.[0]).toMatch(/^hourglass=; Path=\/; Expires=Thu, 01 Jan 1970/);
    expect((await call('/v1/session', 'GET', headers)).status).toBe(401);
    const bearer = { Authorization: `Bearer ${cookie.replace('hourglass=', '')}`, Cookie: '' };
    expect((await call('/v1/session', 'GET', bearer)).status).toBe(401);
    const audit = await fetch(
      `${system.url}/v1/organizations/${system.organization}/audit?action=token.delete`,
      {
        headers: { Authorization: `Bearer ${system.token}` },
      },
    );
    const { events } = (await audit.json()) as { events: { user: string }[] };
    expect(events[0]?.user).toBe(system.email);
  });

  test('begins with a token, which it neither is nor revokes nor outlasts', async () => {
    const made = await fetch(`${system.url}/v1/organizations/${system.organization}/tokens`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ scopes: ['read'], expiresInSeconds: 600 }),
    });
    const { token } = createdToken.parse(await made.json());
    const own = { ...ownPage(system.url), Authorization: `Bearer ${token}` };
    const put = (headers: Readonly<Record<string, string>>) =>
      browserRequest(`${system.url}/v1/session`, { method: 'PUT', headers });
    const begun = await put(own);
    expect(begun.status).toBe(200);
    expect(sessionView.parse(JSON.parse(begun.body))).toMatchObject({
      email: system.email,
      scopes: ['read'],
    });
    const [pair = '', ...attributes] = (begun.headers['set-cookie']?.[0] ?? '').split('; ');
    expect(pair).toMatch(/^hourglass=hg_[\w-]{43}$/);
    expect(begun.body + pair).not.toContain(token);
    expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
    const expires = attributes.find((text) => text.startsWith('Expires='))?.replace('Expires=', '') ?? '';
    expect(Date.parse(expires) - Date.now()).toBeLessThan(601_000);
    // A session makes no further one, so it does not last for ever, and no other site begins one.
    const { Authorization: _, ...page } = own;
    expect((await put({ ...page, Cookie: pair })).status).toBe(401);
    expect((await put({ ...own, Origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await put({ ...own, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await put({ ...own, Authorization: `Bearer ${token}x` })).status).toBe(401);
    const basic = Buffer.from(`${system.email}:${system.password}`).toString('base64');
    expect((await put({ ...own, Authorization: `Basic ${basic}` })).status).toBe(401);
    const end = await browserRequest(`${system.url}/v1/session`, {
      method: 'DELETE',
      headers: { ...page, Cookie: pair },
    });
    expect(end.status).toBe(204);
    const left = await fetch(`${system.url}/v1/session`, { headers: { Authorization: `Bearer ${token}` } });
    expect(left.status).toBe(200);
  });

  test('ends everywhere at once, and neither for other users nor for tokens that are no sign-ins', async () => {
    const colleague = {
      email: `colleague@${system.organization}.example`,
      password: 'correct horse battery',
    };
    const created = await fetch(`${system.url}/v1/organizations/${system.organization}/users`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...colleague, role: 'member' }),
    });
    expect(created.status).toBe(201);
    const [first, second, other] = await Promise.all([
      signInWithCookie(system.url, system),
      signInWithCookie(system.url, system),
      signInWithCookie(system.url, colleague),
    ]);
    const withToken = await browserRequest(`${system.url}/v1/session`, {
      method: 'PUT',
      headers: { ...ownPage(system.url), Authorization: `Bearer ${system.token}` },
    });
    const [ofToken = ''] = (withToken.headers['set-cookie']?.[0] ?? '').split('; ');
    const statusWith = async (Cookie: string) =>
      (await browserRequest(`${system.url}/v1/session`, { headers: { Cookie } })).status;
    expect(await statusWith(ofToken)).toBe(200);
    const ended = await browserRequest(`${system.url}/v1/session?everywhere=true`, {
      method: 'DELETE',
      headers: { ...ownPage(system.url), Cookie: first.cookie },
    });
    expect(ended.status).toBe(204);
    expect(await Promise.all([first.cookie, second.cookie, ofToken].map(statusWith))).toEqual([
      401, 401, 401,
    ]);
    expect(await statusWith(other.cookie)).toBe(200);
    const token = await fetch(`${system.url}/v1/session`, {
      headers: { Authorization: `Bearer ${system.token}` },
    });
    expect(token.status).toBe(200);
    const audit = await fetch(
      `${system.url}/v1/organizations/${system.organization}/audit?action=token.delete&pageSize=3`,
      { headers: { Authorization: `Bearer ${system.token}` } },
    );
    const { events } = (await audit.json()) as { events: { user: string; details: object }[] };
    expect(events.map(({ user, details }) => ({ user, details }))).toEqual(
      Array.from({ length: 3 }, () => ({ user: system.email, details: { user: system.email } })),
    );
    // The beforeAll of this file signed in, too.
    ({ cookie } = await signInWithCookie(system.url, system));
  });

  test('does not begin with a wrong password', async () => {
    const { status, headers } = await signInWithCookie(system.url, {
      ...system,
      password: 'something else entirely',
    });
    expect([status, headers['set-cookie']]).toEqual([401, undefined]);
    expect(headers['www-authenticate']).not.toContain('Basic');
  });
});

describe('a session over HTTPS', () => {
  let system: RunningSystem;
  const origin = 'https://reports.example.com';
  beforeAll(async () => {
    system = await startSystem({
      worker: false,
      env: { HOURGLASS_PUBLIC_URL: `${origin}/hourglass/`, HOURGLASS_REQUESTS_PER_SECOND: '2' },
    });
  });
  afterAll(() => system.stop());

  test('has a cookie that no other host and no connection without TLS can set, and no other one counts', async () => {
    const { cookie, attributes } = await signInWithCookie(system.url, system, { Origin: origin });
    expect(cookie).toMatch(/^__Host-hourglass=hg_/);
    expect(attributes).toEqual(expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']));
    const sessionWith = async (Cookie: string) =>
      (await browserRequest(`${system.url}/v1/session`, { headers: { Cookie } })).status;
    expect(await sessionWith(cookie)).toBe(200);
    expect(await sessionWith(`a=b; ${cookie}; c=d`)).toBe(200);
    expect(await sessionWith(cookie.replace('__Host-', ''))).toBe(401);
  });

  test('shares the rate of its token, however that is sent', async () => {
    const { cookie } = await signInWithCookie(system.url, system, { Origin: origin });
    const token = { Authorization: `Bearer ${cookie.replace('__Host-hourglass=', '')}` };
    const statuses: number[] = [];
    for (let sent = 0; sent < 40; sent += 1) {
      const headers: Record<string, string> = sent % 2 === 0 ? token : { Cookie: cookie };
      statuses.push((await browserRequest(`${system.url}/v1/session`, { headers })).status);
    }
    // A burst of 20, and 2 more each second that the requests took.
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(statuses.slice(20)).toContain(429);
  });
});

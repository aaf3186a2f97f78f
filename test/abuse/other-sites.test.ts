import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ordersPath,
  sharedSystem,
  startSystem,
  type RunningSystem,
  type TestSystem,
} from '@hourglass/testing';

type Headers = Readonly<Record<string, string>>;

describe('a page of another site', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
  });
  afterAll(() => system.stop());

  /** `fetch` sets the headers of browsers itself. */
  async function send(method: string, path: string, headers: Headers, body = ''): Promise<[number, string]> {
    const { hostname, port } = new URL(system.url);
    const sent = request({
      ...{ hostname, port, method, path },
      headers: { Authorization: `Bearer ${system.token}`, ...headers },
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return [response.statusCode ?? 0, await text(response)];
  }

  test.each([
    ['Sec-Fetch-Site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a foreign Origin', { Origin: 'https://elsewhere.example' }],
    ['an opaque Origin', { Origin: 'null' }],
    ['an Origin with another port', { Origin: 'http://127.0.0.1:1' }],
  ])('changes nothing: a request with %s is a 403 at every operation that writes', async (_, headers) => {
    const wrong: unknown[] = [];
    for (const [template, operations] of Object.entries(system.document.paths)) {
      for (const method of Object.keys(operations).filter((name) => name !== 'get')) {
        const path = template.replace('{organization}', system.organization).replaceAll(/\{\w+\}/g, 'prod');
        const [status, body] = await send(method.toUpperCase(), path, headers);
        if (status !== 403 || !body.includes('"request.origin"'))
          wrong.push({ method, template, status, body });
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'Text/Plain'])(
    'sends no body as a form can: %s is a 415',
    async (type) => {
      const { pathname } = new URL(system.client.environmentUrl);
      const fact = JSON.stringify({ timestamp: Date.now() });
      for (const path of [`${pathname}/facts/api`, `${pathname}/queries`]) {
        expect((await send('POST', path, { 'Content-Type': type }, fact))[0]).toBe(415);
      }
    },
  );

  test('is no page of this API, nor one that only reads', async () => {
    const { pathname } = new URL(system.client.environmentUrl);
    const own = { Origin: system.url, 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' };
    expect(
      (await send('POST', `${pathname}/facts/api`, own, JSON.stringify({ timestamp: Date.now() })))[0],
    ).toBe(201);
    const foreign = { Origin: 'https://elsewhere.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await send('GET', `${pathname}/queries`, foreign))[0]).toBe(200);
  });
});

describe('behind a public URL with https', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem({
      worker: false,
      env: {
        HOURGLASS_PUBLIC_URL: 'https://reports.example.com',
        HOURGLASS_METRICS_TOKEN: 'token-of-prometheus',
      },
    });
  });
  afterAll(() => system.stop());

  test('every response has the headers that protect browsers', async () => {
    const token = { Authorization: `Bearer ${system.token}` };
    const paths = ['/healthz', '/docs', '/nowhere', '/metrics', ordersPath, '/v1/organizations', '/%zz'];
    for (const path of paths) {
      for (const headers of [{}, token]) {
        const { headers: found } = await fetch(`${system.url}${path}`, { headers });
        expect([
          path,
          found.get('X-Content-Type-Options'),
          found.get('Referrer-Policy'),
          found.get('Cache-Control'),
          found.get('Strict-Transport-Security'),
        ]).toEqual([path, 'nosniff', 'no-referrer', 'no-store', 'max-age=31536000']);
      }
    }
  });

  test('the public origin may write, and metrics need their token', async () => {
    const created = await system.client.request('/facts/api', {
      method: 'POST',
      headers: { Origin: 'https://reports.example.com' },
      body: JSON.stringify({ timestamp: Date.now() }),
    });
    expect(created.status).toBe(201);
    const metrics = (authorization: string) =>
      fetch(`${system.url}/metrics`, { headers: { Authorization: authorization } });
    expect((await metrics('Bearer token-of-prometheus')).status).toBe(200);
    expect((await metrics(`Bearer ${system.token}`)).status).toBe(401);
    expect((await fetch(`${system.url}/metrics`)).status).toBe(401);
  });
});

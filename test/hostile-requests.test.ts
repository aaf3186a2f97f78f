import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consumptionError, errorBody } from '@hourglass/contract';
import { ordersPath, sharedSystem, type TestSystem } from '@hourglass/testing';

describe('a hostile request', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
  });
  afterAll(() => system.stop());

  /** For all contracts: Keystone has its own header. */
  const authorization = () => ({ Authorization: `Bearer ${system.token}`, authorizationToken: system.token });

  /** Parses an error in the common format or in Keystone's. */
  async function refusalIn(response: Response) {
    const body: unknown = await response.json();
    const own = consumptionError.safeParse(body);
    if (own.success) {
      const { code, message, faults = [] } = own.data.error;
      return { code, message, fields: faults.map(({ field }) => field) };
    }
    const { code, message, error } = errorBody.parse(body);
    const violations = error.details.flatMap(({ fieldViolations }) => fieldViolations);
    return { code, message, fields: violations.map(({ field }) => field) };
  }

  function pathOf(template: string): string {
    const ids: Record<string, string> = {
      organization: system.organization,
      environment: 'prod',
      dataset: 'api',
    };
    return template.replaceAll(
      /\{(\w+)\}/g,
      (_, name: string) => ids[name] ?? '00000000-0000-4000-8000-000000000000',
    );
  }

  /** Sends any method, also those that fetch does not send. */
  async function ask(method: string, path: string): Promise<{ status: number; allow: string | undefined }> {
    const { hostname, port } = new URL(system.url);
    const sent = request({ hostname, port, method, path, headers: authorization(), agent: false });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    return { status: response.statusCode ?? 0, allow: response.headers.allow };
  }

  /** Sends bytes and returns the server's output until it closes the connection. With `ends`, the client closes its half. */
  async function exchange(bytes: string, { ends = false } = {}): Promise<string> {
    const { hostname, port } = new URL(system.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    if (ends) socket.end(bytes);
    else socket.write(bytes);
    await once(socket, 'close');
    return answer;
  }

  const statusesIn = (answer: string) =>
    [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => status);

  /** Signed requests fail before these checks; `orders.test.ts` tests them. */
  const unsignedPaths = () =>
    Object.entries(system.document.paths).filter(([template]) => template !== ordersPath);

  /**
   * Statistics of instruments have special forms of parameters; `instruments-faults.test.ts` tests them. An identity
   * provider may add parameters to its redirect (RFC 6749, section 4.1.2).
   */
  const specialPaths = ['/dashboard', '/charts', '/v1/signIn/oidc/callback'];
  const pathsOfPlainParameters = () =>
    unsignedPaths().filter(([template]) => !specialPaths.some((path) => template.endsWith(path)));

  test('with an unsupported method is a 405 that lists the supported ones, at every path of the document', async () => {
    const methods = [
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'QUERY',
    ];
    const wrong: unknown[] = [];
    for (const [template, operations] of unsignedPaths()) {
      const has = Object.keys(operations).map((method) => method.toUpperCase());
      if (has.includes('GET')) has.push('HEAD');
      for (const method of methods) {
        if (has.includes(method)) continue;
        const { status, allow } = await ask(method, pathOf(template));
        const allowed = (allow ?? '').split(', ').toSorted();
        if (status !== 405 || allowed.join() !== has.toSorted().join()) {
          wrong.push({ method, template, status, allow });
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('with an unknown parameter is a 400 that names it, at every operation of the document', async () => {
    const names = ['stauts', '__proto__', 'constructor', 'a[b]', 'state.x', ''];
    for (const [template, operations] of pathsOfPlainParameters()) {
      for (const method of Object.keys(operations).map((name) => name.toUpperCase())) {
        for (const name of names) {
          const url = `${system.url}${pathOf(template)}?${encodeURIComponent(name)}=1`;
          const response = await fetch(url, { method, headers: authorization() });
          const { code, message } = await refusalIn(response);
          expect([method, template, name, response.status, code]).toEqual([
            method,
            template,
            name,
            400,
            'request.unknown_parameter',
          ]);
          expect(message).toContain(`"${name}"`);
        }
      }
    }
  });

  test('with a repeated parameter is a 400 that names it; system parameters of Apigee X may repeat anywhere', async () => {
    for (const [template, operations] of pathsOfPlainParameters()) {
      for (const [method, { parameters }] of Object.entries(operations)) {
        for (const { name } of parameters.filter((parameter) => parameter.in === 'query')) {
          const url = `${system.url}${pathOf(template)}?${name}=1&${name}=1`;
          const response = await fetch(url, { method: method.toUpperCase(), headers: authorization() });
          const { fields } = await refusalIn(response);
          expect([template, name, response.status]).toEqual([template, name, 400]);
          expect(fields).toContain(name);
        }
      }
    }
    const passed = await system.client.request(
      '/queries?alt=json&alt=media&key=1&prettyPrint=false&$.xgafv=2',
    );
    expect(passed.status).toBe(200);
  });

  const head = 'Host: api\r\nConnection: close\r\n';
  test.each([
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00', 400],
    ['a method that does not exist', `BREW /healthz HTTP/1.1\r\n${head}\r\n`, 400],
    ['a version that does not exist', `GET /healthz HTTP/9.9\r\n${head}\r\n`, 400],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['a NUL in a header', `GET /healthz HTTP/1.1\r\n${head}X-A: a\0b\r\n\r\n`, 400],
    ['a header that is folded', `GET /healthz HTTP/1.1\r\n${head}X-A: a\r\n b\r\n\r\n`, 400],
    ['two lengths', `POST /healthz HTTP/1.1\r\n${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
    [
      'a length and chunks',
      `POST /healthz HTTP/1.1\r\n${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['a length that is no number', `POST /healthz HTTP/1.1\r\n${head}Content-Length: -1\r\n\r\n`, 400],
    [
      'a chunk without a length',
      `GET /healthz HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
    ],
    ['headers of 2.1 MB', `GET /healthz HTTP/1.1\r\n${head}X-A: ${'a'.repeat(2_100_000)}\r\n\r\n`, 431],
    ['a path of 2.1 MB', `GET /${'a'.repeat(2_100_000)} HTTP/1.1\r\n${head}\r\n`, 431],
    ['a path of 17 kB', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\n${head}\r\n`, 431],
    ['a path of 15 kB', `GET /${'a'.repeat(15_000)} HTTP/1.1\r\n${head}\r\n`, 404],
    ['1,500 headers', `GET /healthz HTTP/1.1\r\n${head}${'a: b\r\n'.repeat(1_500)}\r\n`, 200],
    ['a path of 10,000 segments', `GET ${'/a'.repeat(7_000)} HTTP/1.1\r\n${head}\r\n`, 404],
    ['dots in its path', `GET /v1/../../etc/passwd HTTP/1.1\r\n${head}\r\n`, 404],
    ['a star as its path', `OPTIONS * HTTP/1.1\r\n${head}\r\n`, 404],
    ['another server in its path', `GET http://elsewhere.example/healthz HTTP/1.1\r\n${head}\r\n`, 200],
    [
      'an upgrade',
      `GET /healthz HTTP/1.1\r\nHost: api\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      200,
    ],
    ['an unknown expectation', `POST /healthz HTTP/1.1\r\n${head}Expect: tea\r\n\r\n`, 417],
    ['2,000 parameters', `GET /healthz?${'a=1&'.repeat(2_000)} HTTP/1.1\r\n${head}\r\n`, 400],
    ['parameters that cannot be decoded', `GET /healthz?%=%&%ff=%zz HTTP/1.1\r\n${head}\r\n`, 400],
  ])('with %s is not a 500', async (_, bytes, status) => {
    const answer = await exchange(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 \d{3} /);
    expect(Number(answer.slice(9, 12))).toBe(status);
  });

  test('after valid ones on a connection ends it with a 400', async () => {
    const answer = await exchange(`${'GET /healthz HTTP/1.1\r\nHost: api\r\n\r\n'.repeat(3)}garbage\r\n\r\n`);
    expect(statusesIn(answer).at(-1)).toBe('400');
    expect(
      statusesIn(answer)
        .slice(0, -1)
        .every((status) => status === '200'),
    ).toBe(true);
  });

  test.each([
    ['shorter', -1],
    ['longer', 1],
  ])('with a body %s in Content-Length than in fact has no effect', async (_, difference) => {
    const body = '{"dimensions":["apiproxy"],"timeRange":"last60minutes"}';
    const path = `/v1/organizations/${system.organization}/environments/prod/queries`;
    const length = body.length + difference;
    const answer = await exchange(
      `POST ${path} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer ${system.token}\r\nContent-Length: ${length}\r\n\r\n${body}`,
      { ends: difference > 0 },
    );
    expect(statusesIn(answer).every((status) => status === '400')).toBe(true);
    const list = (await (await system.client.request('/queries')).json()) as { queries: unknown[] };
    expect(list.queries).toEqual([]);
  });

  test.each([
    ['no credentials', undefined],
    ['an unknown scheme', 'Digest username="x"'],
    ['Basic without a colon', `Basic ${Buffer.from('owner').toString('base64')}`],
    ['Basic that is no Base64', 'Basic ****'],
    ['Basic with a NUL', `Basic ${Buffer.from('a\0b:c').toString('base64')}`],
    ['Basic that is not UTF-8', `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0xff]).toString('base64')}`],
    ['a token of 10,000 characters', `Bearer ${'a'.repeat(10_000)}`],
    ['two tokens', 'Bearer {token} {token}x'],
    ['a token in quotes', 'Bearer "{token}"'],
  ])('with %s is a 401 with the same error, before its body is read', async (title, value) => {
    const response = await fetch(`${system.client.environmentUrl}/queries`, {
      method: 'POST',
      ...(value === undefined
        ? {}
        : { headers: { Authorization: value.replaceAll('{token}', system.token) } }),
      body: '{',
    });
    expect([title, response.status, ((await response.json()) as { code: string }).code]).toEqual([
      title,
      401,
      'auth.required',
    ]);
    expect(response.headers.get('www-authenticate')).toContain('Basic realm=');
  });

  test('of a browser is not offered Basic, whose credentials would go with the requests of any page', async () => {
    for (const headers of [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)' },
    ]) {
      const { hostname, port } = new URL(system.url);
      const sent = request({ hostname, port, path: '/v1/organizations', headers, agent: false });
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      response.resume();
      expect(response.headers['www-authenticate']).toBe('Bearer realm="hourglass"');
    }
  });

  test('of no kind was a 500, and the API still works', async () => {
    expect((await system.apiLog()).join('\n')).not.toContain('request failed');
    expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${system.url}/readyz`)).status).toBe(200);
  });
});

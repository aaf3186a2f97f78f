import type { RequestListener } from 'node:http';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { run } from './run-in-process.ts';
import { serveHttp, serveHttps, serveSilence, type Served } from './serve.ts';

const place = ['--org', 'acme', '--env', 'prod'];
const html = '<!doctype html><html><head><title>Sign in to\n Corp</title></head><body>…</body></html>';
const page: RequestListener = (_, response) => {
  response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
};

/** Two seconds on an idle machine; retries for a restart would take 15. */
const busyMs = 8_000;

let folder: TemporaryFolder;
let served: Served | null = null;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());
afterEach(async () => {
  await served?.close();
  served = null;
});

const refusedBy = async (start: Promise<Served>, args: readonly string[], protocol = 'http') => {
  served = await start;
  return run(args, { url: `${protocol}://127.0.0.1:${served.port}` });
};

/** One line, no stack. */
function expectFailure(result: Awaited<ReturnType<typeof run>>, words: string | RegExp, code = 1): void {
  expect([result.code, result.output]).toEqual([code, '']);
  expect(result.messages).toMatch(words);
  expect(result.messages).toMatch(/^hourglass: [^\n]+\n$/);
  expect(result.messages).not.toMatch(/\bat .+:\d+:\d+|Error:/);
}

describe('an address without Hourglass is reported in one line', () => {
  test.each([
    ['cancel', ['cancel', ...place, 'x']],
    ['wait', ['wait', ...place, 'x']],
    ['download', ['download', ...place, 'x', '--output', '/dev/null']],
    ['verify', ['verify', 'x.zip']],
    ['admin', ['admin', 'user', 'list', '--org', 'acme']],
  ])('nothing listens: %s fails without a long wait', async (_, args) => {
    const startMs = performance.now();
    expectFailure(await run(args), 'cannot reach http://127.0.0.1:1: is it running?');
    expect(performance.now() - startMs).toBeLessThan(busyMs);
  });

  test('a server that accepts the connection and says nothing, with TLS', async () => {
    const startMs = performance.now();
    expectFailure(
      await refusedBy(serveSilence(), ['wait', ...place, 'x'], 'https'),
      /cannot reach https:\/\/127\.0\.0\.1:\d+: is it running\? \(no answer within 1\.5 s/,
    );
    expect(performance.now() - startMs).toBeLessThan(busyMs);
  });

  test('a name without a host', async () => {
    const result = await run(['wait', ...place, 'x'], { url: 'http://no-such-host.invalid:8080' });
    expectFailure(result, /no-such-host\.invalid/);
  });

  test('https:// for a server without TLS, and http:// for one with TLS', async () => {
    const wait = ['wait', ...place, 'x'];
    expectFailure(await refusedBy(serveHttp(page), wait, 'https'), 'expected http:// in place of https://');
    await served?.close();
    expectFailure(await refusedBy(serveHttps(page), wait), 'https://');
  });

  test('a certificate that no authority signed', async () => {
    expectFailure(
      await refusedBy(serveHttps(page), ['wait', ...place, 'x'], 'https'),
      /certificate is not trusted.*NODE_EXTRA_CA_CERTS/,
    );
  });

  test('a redirect is not followed, and is named without its parameters', async () => {
    let requests = 0;
    const redirect: RequestListener = (_, response) => {
      requests += 1;
      response.writeHead(302, { Location: 'https://login.example/sign-in?secret=1' }).end();
    };
    const result = await refusedBy(serveHttp(redirect), ['wait', ...place, 'x']);
    expectFailure(result, 'redirects to https://login.example/sign-in;');
    expect(requests).toBe(1);
  });
});

describe('a response that is not from Hourglass is no success', () => {
  test('a sign-in page is not saved as a result', async () => {
    const file = path.join(folder.path, 'page.zip');
    const result = await refusedBy(serveHttp(page), ['download', ...place, 'x', '--output', file]);
    expectFailure(result, 'HTTP 200 and the page "Sign in to Corp", not as Hourglass does');
    expect(existsSync(file)).toBe(false);
  });

  const json =
    (status: number, body: string): RequestListener =>
    (_, response) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
    };
  test.each<[string, readonly string[], RequestListener, string]>([
    ['a page for a query', ['submit', ...place, '-'], page, 'not as Hourglass does'],
    ['a page for a deletion', ['admin', 'token', 'delete', '--org', 'a', 'x'], page, 'not as Hourglass does'],
    ['other JSON', ['wait', ...place, 'x'], json(200, '{"status":"up"}'), 'JSON of another form'],
    ['half of JSON', ['wait', ...place, 'x'], json(200, '{"self":'), 'JSON of another form'],
    ['another JSON error', ['wait', ...place, 'x'], json(404, '{"message":"no"}'), 'HTTP 404'],
    [
      'an empty error',
      ['wait', ...place, 'x'],
      (_, response) => response.writeHead(403).end(),
      'HTTP 403 and no content',
    ],
    [
      'other bytes as a ZIP file',
      ['download', ...place, 'x', '--output', '/dev/null'],
      (_, response) => response.writeHead(200, { 'Content-Type': 'application/zip' }).end('<html>'),
      'no ZIP file',
    ],
    [
      'an empty success for a deletion',
      ['admin', 'token', 'delete', '--org', 'a', 'x'],
      (_, response) => response.writeHead(204).end(),
      'HTTP 204',
    ],
  ])('%s', async (_, args, listener, words) => {
    served = await serveHttp(listener);
    const url = `http://127.0.0.1:${served.port}`;
    expectFailure(await run(args, { url, input: '{}' }), words);
  });

  test('a download that ends early leaves no file', async () => {
    const cut: RequestListener = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/zip', 'Content-Length': '1000' });
      response.write('PK\u0003\u0004', () => response.destroy());
    };
    const file = path.join(folder.path, 'cut.zip');
    const result = await refusedBy(serveHttp(cut), ['download', ...place, 'x', '--output', file]);
    expectFailure(result, 'ended after 4 of 1000 bytes');
    expect(existsSync(file)).toBe(false);
  });

  test('a gateway error is retried before it is reported', async () => {
    let requests = 0;
    const gateway: RequestListener = (_, response) => {
      requests += 1;
      response.writeHead(502, { 'Content-Type': 'text/html' }).end('<title>502 Bad Gateway</title>');
    };
    expectFailure(await refusedBy(serveHttp(gateway), ['wait', ...place, 'x']), '502 Bad Gateway');
    expect(requests).toBeGreaterThan(1);
  });
});

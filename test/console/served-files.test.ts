import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody } from '@hourglass/contract';
import { startSystem, type RunningSystem } from '@hourglass/testing';
import { browserRequest } from './browser-request.ts';

const navigation = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the console', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem({
      worker: false,
      env: { HOURGLASS_PUBLIC_URL: 'http://reports.example/below/' },
    });
  });
  afterAll(() => system.stop());
  // Not by `fetch`, which is checked against the OpenAPI document: the console is no part of it.
  const get = (path: string, headers: Record<string, string> = {}, url = system.url) =>
    browserRequest(`${url}${path}`, { headers });

  test('is the page of every path to which a browser navigates, and revalidated by ETag', async () => {
    const page = await get('/', navigation);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['cache-control']).toBe('no-cache');
    const html = page.body;
    for (const path of ['/env/prod/queries', '/env/a.b/x?y=z', '/nowhere']) {
      expect((await get(path, navigation)).body).toBe(html);
    }
    const known = await get('/', { ...navigation, 'If-None-Match': page.headers['etag'] ?? '' });
    expect([known.status, known.body]).toEqual([304, '']);
    const head = await browserRequest(`${system.url}/`, { method: 'HEAD' });
    expect([head.status, head.headers['etag']]).toEqual([200, page.headers['etag']]);
  });

  test('leaves the paths of the API, and requests of programs, as they are', async () => {
    for (const path of ['/v1/nowhere', '/v1', '/assets/nothing.js', '/docs/nothing']) {
      const response = await get(path, navigation);
      expect([path, response.status]).toEqual([path, 404]);
      expect(errorBody.parse(JSON.parse(response.body)).code).toBe('request.no_route');
    }
    for (const accept of ['*/*', 'application/json']) {
      expect((await get('/nowhere', { Accept: accept })).status).toBe(404);
    }
    expect((await browserRequest(`${system.url}/`, { method: 'POST', headers: navigation })).status).toBe(
      404,
    );
    expect((await get('/healthz', navigation)).headers['content-type']).toContain('application/json');
  });

  test('runs only scripts and styles of its own files, in no frame of any site', async () => {
    const page = await get('/', navigation);
    const policy = String(page.headers['content-security-policy']).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:/);
    expect(page.headers['x-frame-options']).toBe('DENY');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    const html = page.body;
    expect(html).not.toMatch(/https?:|<style|style=|<script>|onload/);
  });

  test('names its files below the public URL, cached for ever and compressed by the build', async () => {
    const html = (await get('/', navigation)).body;
    expect(html).toContain('data-base="/below"');
    const files = [...html.matchAll(/(?:src|href)="\/below(\/assets\/[\w.-]+)"/g)].map(
      ([, file]) => file ?? '',
    );
    expect(new Set(files.map((file) => file.replace(/.*\./, '')))).toEqual(new Set(['css', 'js', 'svg']));
    for (const file of files) {
      const plain = await get(file, { 'Accept-Encoding': 'identity' });
      expect([file, plain.status, plain.headers['content-encoding']]).toEqual([file, 200, undefined]);
      expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(plain.headers['vary']).toContain('Accept-Encoding');
      const text = plain.body;
      for (const [encoding, unpack] of [
        ['br', brotliDecompressSync],
        ['gzip', gunzipSync],
      ] as const) {
        expect(unpack(await rawBytes(`${system.url}${file}`, encoding)).toString('utf8')).toBe(text);
      }
    }
  });

  test('is absent when the settings turn it off, and the API is not', async () => {
    const url = await system.startApi({ HOURGLASS_CONSOLE: 'false' });
    for (const path of ['/', '/env/prod/queries']) {
      const response = await get(path, navigation, url);
      expect([response.status, errorBody.parse(JSON.parse(response.body)).code]).toEqual([
        404,
        'request.no_route',
      ]);
    }
    expect((await get('/healthz', {}, url)).status).toBe(200);
  });
});

/** Reads a body as it was sent; `fetch` unpacks it. */
function rawBytes(url: string, encoding: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { 'Accept-Encoding': encoding } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        if (response.headers['content-encoding'] === encoding) resolve(Buffer.concat(chunks));
        else reject(new Error(`sent as ${String(response.headers['content-encoding'])}`));
      });
    });
    sent.end();
  });
}

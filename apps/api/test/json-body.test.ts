import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import express, { type NextFunction, type Request, type Response } from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { publicError, sendError } from '../src/http/error-response.ts';
import { jsonBodyReader } from '../src/http/json-body.ts';
import { jsonBody } from '../src/http/route.ts';

const timeoutMs = 300;
const maxBytes = 100_000;

describe('a JSON body', () => {
  let server: Server;
  beforeAll(async () => {
    const read = jsonBodyReader(jsonBody(z.string(), { maxBytes, example: '' }), timeoutMs);
    const app = express();
    app.post('/', async (req: Request, res: Response) => {
      res.json(await read(req, res));
    });
    const schema = z.strictObject({ a: z.int(), list: z.array(z.looseObject({})).optional() });
    const readObject = jsonBodyReader(jsonBody(schema, { maxBytes, example: {} }), timeoutMs);
    app.post('/object', async (req: Request, res: Response) => {
      res.json(await readObject(req, res));
    });
    const patient = jsonBodyReader(jsonBody(z.string(), { maxBytes, example: '' }), 60_000);
    app.post('/patient', async (req: Request, res: Response) => {
      res.json(await patient(req, res));
    });
    app.use((error: unknown, _request: Request, res: Response, _next: NextFunction) =>
      sendError(res, publicError(error, '')),
    );
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Sends a body, whole or with its end missing, and returns the response. */
  async function responseTo(
    body: string | Buffer,
    {
      headers = {},
      ends = true,
      path = '/',
    }: { headers?: Record<string, string>; ends?: boolean; path?: string } = {},
  ): Promise<{ status: number | undefined; text: string; connection: string | undefined }> {
    const { port } = server.address() as AddressInfo;
    const sent = request({ host: '127.0.0.1', port, method: 'POST', path, headers, agent: false });
    sent.on('error', () => undefined);
    if (ends) sent.end(body);
    else sent.write(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    sent.destroy();
    return { status: response.statusCode, text, connection: response.headers.connection };
  }

  test('of gzip without content is refused at twice the limit, although it does not end', async () => {
    const empty = Buffer.concat(Array.from({ length: 15_000 }, () => gzipSync('')));
    const headers = { 'Content-Encoding': 'gzip' };
    const { status, connection } = await responseTo(empty, { headers, ends: false, path: '/patient' });
    expect([empty.length > 2 * maxBytes, status, connection]).toEqual([true, 413, 'close']);
  });

  test.each([
    ['in chunks without an end', '"x', {}],
    ['shorter than its Content-Length', '"x"', { 'Content-Length': '50' }],
    ['of truncated gzip', gzipSync('"x"').subarray(0, 15), { 'Content-Encoding': 'gzip' }],
  ])('%s gets a 408 after the timeout, and the connection is closed', async (_, body, headers) => {
    const startMs = performance.now();
    const response = await responseTo(body, { headers, ends: false });
    expect(response).toMatchObject({ status: 408, connection: 'close' });
    expect(response.text).toContain('did not arrive within 0.3 seconds');
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(timeoutMs - 5);
  });

  test.each<[string, [field: string, fault: string][]]>([
    ['{"a":1,"a":1}', [['a', 'given more than once; expected once']]],
    [String.raw`{"a":1,"\u0061":2}`, [['a', 'given more than once; expected once']]],
    [
      '{"a":1,"list":[{},{"__proto__":1,"x":{"y":1,"y" :2},"__proto__":2}]}',
      [
        ['list[1].x.y', 'given more than once; expected once'],
        ['list[1].__proto__', 'given more than once; expected once'],
      ],
    ],
    [
      '{"a":"1","a":"2"}',
      [
        ['a', 'given more than once; expected once'],
        ['a', 'expected number, found "2"'],
      ],
    ],
    [
      '{"a":1.00000000000000001}',
      [
        [
          'body',
          'the number 1.00000000000000001 would lose digits; expected at most 15 significant digits, or text for a decimal',
        ],
      ],
    ],
  ])('of which JSON.parse drops something is a 400 that names it: %s', async (body, faults) => {
    const { status, text } = await responseTo(body, { path: '/object' });
    const { error } = JSON.parse(text) as { error: { details: { fieldViolations: unknown }[] } };
    const violations = faults.map(([field, description]) => ({ field, description }));
    expect([status, error.details[0]?.fieldViolations]).toEqual([400, violations]);
  });

  test('may have a name once in each of several objects', async () => {
    const body = '{"a":1,"list":[{"a":1},{"a":":"}]}';
    expect(await responseTo(body, { path: '/object' })).toMatchObject({ status: 200, text: body });
  });

  test('is measured inflated: at its maximum size it is read, one byte more is a 413', async () => {
    const within = JSON.stringify('x'.repeat(maxBytes - 2));
    const beyond = JSON.stringify('x'.repeat(maxBytes - 1));
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const) {
      const headers = { 'Content-Encoding': encoding };
      expect((await responseTo(compress(within), { headers })).text).toBe(within);
      expect((await responseTo(compress(beyond), { headers })).status).toBe(413);
    }
    expect((await responseTo(within)).text).toBe(within);
    expect((await responseTo(beyond)).status).toBe(413);
  });

  test('that inflates to a thousand times its size is not inflated beyond the maximum', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, ' '), { level: 9 });
    const before = process.memoryUsage.rss();
    expect((await responseTo(bomb, { headers: { 'Content-Encoding': 'gzip' } })).status).toBe(413);
    expect(process.memoryUsage.rss() - before).toBeLessThan(50 * 1024 * 1024);
  });

  test.each([
    ['damaged gzip', Buffer.from('no gzip'), { 'Content-Encoding': 'gzip' }, 400],
    ['an unknown encoding', '"x"', { 'Content-Encoding': 'rot13' }, 415],
    ['two encodings', gzipSync(gzipSync('"x"')), { 'Content-Encoding': 'gzip, gzip' }, 415],
    [
      'another charset',
      Buffer.from('"x"', 'utf16le'),
      { 'Content-Type': 'application/json; charset=utf-16' },
      415,
    ],
    ['UTF-8 by name', '"x"', { 'Content-Type': 'application/json; charset="UTF-8"' }, 200],
    ['a +json media type', '"x"', { 'Content-Type': 'application/merge-patch+json' }, 200],
    ['a form', 'a=b', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415],
    ['several types', '"x"', { 'Content-Type': 'application/json, text/plain' }, 415],
    ['empty', '', {}, 400],
  ])('with %s gets the right status', async (_, body, headers, status) => {
    const response = await responseTo(body, { headers });
    expect([response.status, response.text]).toEqual([status, expect.anything()]);
  });
});

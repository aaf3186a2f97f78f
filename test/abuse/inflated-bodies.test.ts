import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, processorMs, startSystem, suiteSize, type RunningSystem } from '@hourglass/testing';
import { factLine, openUpload, receiving } from './open-upload.ts';
import { printFigure } from './print-figure.ts';

const mebibyte = 1024 * 1024;

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ worker: false });
});
afterAll(() => system.stop());

/** A gzip of several members, each of which inflates to `text`. */
function bomb(text: string, { members }: { members: number }): Buffer {
  const member = gzipSync(text, { level: 9 });
  return Buffer.concat(Array.from({ length: members }, () => member));
}

/** Bytes that the API process has written to files and sockets. */
async function writtenBytes(): Promise<number> {
  const counters = await readFile(`/proc/${system.api.pid}/io`, 'utf8');
  return Number(/^wchar: (\d+)$/m.exec(counters)?.[1]);
}

async function post(body: Buffer) {
  const response = await system.client.request('/facts/api', {
    method: 'POST',
    headers: { 'Content-Encoding': 'gzip' },
    body: new Uint8Array(body),
  });
  return { status: response.status, ...((await response.json()) as { code: string; message: string }) };
}

test('a gzip of valid facts that inflates more than a hundredfold is refused near 16 MiB', async () => {
  const members = suiteSize({ short: 3, full: 300 });
  const body = bomb(factLine('bomb').repeat(160_000), { members });
  const beforeBytes = await writtenBytes();
  expect(await post(body)).toEqual({
    status: 413,
    code: 'batch.too_large',
    message: expect.stringMatching(
      /has \d+ bytes in \d+ bytes of gzip; expected at most 100 times/,
    ) as string,
    contexts: [],
    error: expect.anything() as object,
  });
  const spentMib = ((await writtenBytes()) - beforeBytes) / mebibyte;
  printFigure(`${(body.length / mebibyte).toFixed(1)} MiB of gzip`, {
    found: `${spentMib.toFixed(1)} MiB written`,
    bound: '24 MiB',
  });
  expect(spentMib).toBeLessThan(24);
  expect(await readdir(path.join(system.dataDirectory, 'scratch', 'batches'))).toEqual([]);
});

test('blank lines are refused by their number, for little processor time', async () => {
  const members = suiteSize({ short: 1, full: 190 });
  const body = bomb('\n'.repeat(16 * mebibyte), { members });
  let refusal;
  const spentMs = await processorMs(system.url, async () => {
    refusal = await post(body);
  });
  expect(refusal).toMatchObject({
    status: 413,
    code: 'batch.too_large',
    message: expect.stringMatching(/has \d+ blank lines; expected at most 100000 blank lines/) as string,
  });
  printFigure(`${members * 16} million blank lines`, {
    found: `${spentMs.toFixed(0)} ms of processor`,
    bound: '1000 ms',
  });
  expect(spentMs).toBeLessThan(1_000);
});

/** Gzip without content; the second is one member that never ends. */
const empty = {
  members: { head: Buffer.alloc(0), piece: gzipSync('') },
  blocks: { head: gzipSync('').subarray(0, 10), piece: Buffer.from('000000ffff', 'hex') },
};

function* endless(head: Buffer, pieces: Buffer): Generator<Buffer> {
  yield head;
  for (;;) yield pieces;
}

test.each(['members', 'blocks'] as const)(
  'a gzip of empty %s without end is refused near 1 MiB of gzip',
  async (kind) => {
    const { head, piece } = empty[kind];
    const pieces = Buffer.concat(Array.from({ length: 8_192 }, () => piece));
    const upload = openUpload(system, { 'Content-Encoding': 'gzip' });
    const body = Readable.from(endless(head, pieces));
    body.pipe(upload.request);
    const { status, body: refusal } = await upload.response;
    body.destroy();
    expect(status).toBe(413);
    const [, found] = /has (\d+) bytes of gzip for 0 bytes of content/.exec(refusal) ?? [];
    printFigure(`gzip of empty ${kind}`, { found: `${found} bytes decoded`, bound: '2 MiB' });
    expect(Number(found)).toBeLessThan(2 * mebibyte);
    upload.leave();
    await receiving(system, 0);
  },
);

test('a gzip with a member for each line is accepted', async () => {
  const body = bomb(factLine('small'), { members: 30_000 });
  expect(body.length).toBeGreaterThan(2 * mebibyte);
  expect(await post(body)).toMatchObject({ status: 201 });
});

test('a wrong line refuses a body beyond a mebibyte before it ends', async () => {
  const upload = openUpload(system);
  upload.request.write(`{"timestamp":"never"}\n${factLine('late').repeat(25_000)}`);
  const { status, body } = await upload.response;
  expect(status).toBe(400);
  expect(body).toContain('line 1, timestamp');
  upload.leave();
});

test.each([
  { refused: 'by a line of it', authorization: () => `Bearer ${system.token}`, status: '400 Bad Request' },
  { refused: 'before it is read', authorization: () => 'Bearer of-nothing', status: '401 Unauthorized' },
])(
  'a client that reads only after it has sent everything reads why its body was refused $refused',
  async ({ authorization, status }) => {
    const { hostname, port } = new URL(system.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const send = (bytes: string) =>
      new Promise<void>((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    const piece = factLine('late').repeat(5_000);
    await send(
      `POST /v1/organizations/${system.organization}/environments/prod/facts/api HTTP/1.1\r\nHost: ${hostname}\r\n` +
        `Authorization: ${authorization()}\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n` +
        `Content-Length: ${100 * mebibyte}\r\n\r\n{"timestamp":"never"}\n${piece.repeat(5)}`,
    );
    // The response has arrived, and nothing of it is read yet.
    await once(socket, 'readable');
    for (let pieces = 0; pieces < 40; pieces += 1) await send(piece);
    expect(await text(socket)).toContain(`HTTP/1.1 ${status}`);
    socket.destroy();
  },
);

test('an upload whose client leaves ends, and leaves no file', async () => {
  const upload = openUpload(system);
  upload.request.write(factLine('gone').repeat(50_000));
  const scratch = path.join(system.dataDirectory, 'scratch', 'batches');
  await eventually('the body is spooled', async () => ((await readdir(scratch)).length === 1 ? true : null));
  upload.leave();
  await receiving(system, 0);
  expect(await readdir(scratch)).toEqual([]);
});

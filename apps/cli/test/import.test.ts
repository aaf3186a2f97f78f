import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedSystem, temporaryFolder, type TemporaryFolder, type TestSystem } from '@hourglass/testing';
import { run } from './run-in-process.ts';

let system: TestSystem;
let folder: TemporaryFolder;
beforeAll(async () => {
  [system, folder] = await Promise.all([sharedSystem('api'), temporaryFolder()]);
});
afterAll(async () => {
  await system.stop();
  await folder.remove();
});

const write = async (name: string, content: string | Buffer) => {
  const file = path.join(folder.path, name);
  await writeFile(file, content);
  return file;
};
const importing = (
  format: string,
  args: readonly string[],
  input: string | Buffer | Readable = '',
  stop?: AbortSignal,
) =>
  run(
    [
      'import',
      '--org',
      system.organization,
      '--env',
      'prod',
      '--format',
      format,
      '--batch-rows',
      '2',
      ...args,
    ],
    { url: system.url, token: system.token, input, ...(stop === undefined ? {} : { stop }) },
  );
/** Rows that gzip cannot make much shorter, so that a cut file still has whole rows. */
const rows = (apiproxy: string, count: number) =>
  Array.from(
    { length: count },
    (_, index) =>
      `${JSON.stringify({ timestamp: `2026-04-07T10:00:0${index % 10}Z`, apiproxy, request_path: `/${Math.random()}${Math.random()}` })}\n`,
  ).join('');

test('a gzip file that ends early is named, with what its earlier batches stored', async () => {
  const whole = gzipSync(rows('cut', 3_000));
  const file = await write('cut.gz', whole.subarray(0, whole.length - 2_000));
  const { code, messages, output } = await importing('ndjson', ['--batch-rows', '1000', file, '--json']);
  const failure = JSON.parse(output) as { message: string; accepted: number; batches: number };
  expect([code, messages, failure.batches]).toEqual([1, '', 2]);
  expect(failure.message).toBe(
    `${file}: the gzip data ends early; expected a complete file; 2 earlier batches stored 2000 facts`,
  );
});

test('a damaged gzip file is named as such, not by the rows that the damage made bad', async () => {
  // Without compression a changed byte is one bad row, and only the checksum at the end proves damage.
  const damaged = gzipSync(rows('damage', 200), { level: 0 });
  damaged[damaged.indexOf('{', 10_000)] = 0x78;
  const file = await write('damaged.gz', damaged);
  expect((await importing('ndjson', ['--batch-rows', '1000', file])).messages).toBe(
    `hourglass: ${file}: the gzip data is damaged (incorrect data check); expected a copy of the original file; nothing was stored\n`,
  );
  const intact = await write('intact.gz', gzipSync(`${rows('damage', 1)}{}\n`));
  expect((await importing('ndjson', [intact])).messages).toContain('a batch with bad rows was refused');
});

test('gzip on standard input is unpacked, and a damaged one stores nothing of its batch', async () => {
  expect(await importing('ndjson', ['-'], gzipSync(rows('piped', 1)))).toEqual({
    code: 0,
    output: 'accepted 1 fact in 1 batch\n',
    messages: '',
  });
  const cut = gzipSync(rows('damaged', 1)).subarray(0, 60);
  expect((await importing('ndjson', ['-'], cut)).messages).toBe(
    'hourglass: standard input: the gzip data ends early; expected a complete file; nothing was stored\n',
  );
});

test('a byte order mark in CSV with tabs is dropped; the tab may be written \\t', async () => {
  const file = await write('tabs.csv', '\uFEFFtimestamp\tapiproxy\n2026-04-07T10:00:00Z\ttabs\n');
  const { code, output } = await importing('csv', ['--separator', String.raw`\t`, file]);
  expect([code, output]).toEqual([0, 'accepted 1 fact in 1 batch\n']);
});

test.each(['', '||', '"', '\n', '\r', 'a', '1', 'é', '::'])(
  'the separator %j is refused before anything is read',
  async (separator) => {
    const { code, messages } = await importing('csv', ['--separator', separator, '/missing']);
    expect([code, messages]).toEqual([2, expect.stringContaining('expected one ASCII character')]);
  },
);

test('a missing file is reported before the first file is stored', async () => {
  const good = await write('good.ndjson', rows('good', 1));
  const missing = path.join(folder.path, 'missing.ndjson');
  expect(await importing('ndjson', [good, missing])).toEqual({
    code: 1,
    output: '',
    messages: `hourglass: ${missing}: no such file or folder\n`,
  });
  expect((await importing('ndjson', [good])).output).toBe('accepted 1 fact in 1 batch\n');
});

test('an interrupted import says what is stored', async () => {
  const stop = new AbortController();
  const input = new PassThrough();
  input.write(rows('interrupted', 1));
  const interrupted = importing('ndjson', ['-'], input, stop.signal);
  stop.abort(new Error('ended by a signal'));
  expect((await interrupted).messages).toBe('hourglass: standard input: interrupted; nothing was stored\n');
});

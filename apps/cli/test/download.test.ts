import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot, startNode, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { writeCsvArchive } from './csv-archive.ts';
import { run } from './run-in-process.ts';
import { serveHttp, type Served } from './serve.ts';

const lines = Array.from({ length: 100 }, (_, index) => `proxy ${index},${index}\n`);
const rows = lines.join('');
const download = ['download', '--org', 'acme', '--env', 'prod', 'q'];

let folder: TemporaryFolder;
let served: Served;
let temporary: string;
let respond: RequestListener;
const formerTemporary = process.env['TMPDIR'];
beforeAll(async () => {
  folder = await temporaryFolder();
  temporary = path.join(folder.path, 'tmp');
  await mkdir(temporary);
  process.env['TMPDIR'] = temporary;
  served = await serveHttp((request, response) => respond(request, response));
});
afterAll(async () => {
  if (formerTemporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = formerTemporary;
  await served.close();
  await folder.remove();
});

const fetchResult = (...more: string[]) =>
  run([...download, ...more], { url: `http://127.0.0.1:${served.port}` });

/** Serves an archive of several CSV parts. */
async function serveArchive(): Promise<Buffer> {
  const archive = await writeCsvArchive(folder.path, lines);
  respond = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/zip' });
    createReadStream(archive).pipe(response);
  };
  return readFile(archive);
}

test('rows go to standard output or to a file, the archive to a file or to standard output', async () => {
  const archive = await serveArchive();
  const expected = `apiproxy,calls\n${rows}`;
  expect(await fetchResult('--rows')).toEqual({ code: 0, output: expected, messages: '' });

  const file = path.join(folder.path, 'rows.csv');
  const printed = await fetchResult('--rows', '--output', file, '--json');
  expect(JSON.parse(printed.output)).toEqual({ id: 'q', file, bytes: expected.length });
  expect(await readFile(file, 'utf8')).toBe(expected);

  const zip = path.join(folder.path, 'result.zip');
  expect((await fetchResult('--output', zip)).output).toBe(`${zip}\n`);
  expect(await readFile(zip)).toEqual(archive);

  const chunks: Buffer[] = [];
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await run([...download, '--output', '-'], { url: `http://127.0.0.1:${served.port}`, output });
  expect(Buffer.concat(chunks)).toEqual(archive);
  expect(await readdir(temporary)).toEqual([]);
});

test('the rows of many parts leave no listener for each on the output', async () => {
  await serveArchive();
  const output = new Writable({ write: (_chunk, _encoding, done) => void setImmediate(done) });
  await run([...download, '--rows'], { url: `http://127.0.0.1:${served.port}`, output });
  for (const event of ['error', 'close', 'finish']) expect(output.listenerCount(event)).toBeLessThan(4);
});

test('a reader that ends early ends the command quietly and leaves nothing', async () => {
  await serveArchive();
  const error = Object.assign(new Error('EPIPE'), { code: 'EPIPE', syscall: 'write' });
  const output = new Writable({ write: (_chunk, _encoding, done) => void setImmediate(done, error) });
  const url = `http://127.0.0.1:${served.port}`;
  expect(await run([...download, '--rows'], { url, output })).toMatchObject({ code: 0, messages: '' });
  expect(await readdir(temporary)).toEqual([]);
});

test('a damaged archive is reported by the id of its query', async () => {
  respond = (_, response) =>
    response.writeHead(200, { 'Content-Type': 'application/zip' }).end('PK and nothing more');
  expect(await fetchResult('--rows')).toMatchObject({
    code: 1,
    output: '',
    messages: expect.stringMatching(/^hourglass: query q: the archive is damaged: [^\n]+\n$/) as unknown,
  });
});

test('a folder for temporary files that is missing is named with the variable that chooses it', async () => {
  process.env['TMPDIR'] = path.join(folder.path, 'missing');
  try {
    expect((await fetchResult('--rows')).messages).toBe(
      `hourglass: ${folder.path}/missing: no such file or folder; TMPDIR names another folder for temporary files\n`,
    );
  } finally {
    process.env['TMPDIR'] = temporary;
  }
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a download, which leaves nothing', async (signal) => {
  const work = path.join(folder.path, signal);
  await mkdir(work);
  const half = new Promise<void>((resolve) => {
    respond = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/zip' });
      response.write(`PK${'x'.repeat(200_000)}`, () => resolve());
    };
  });
  const cli = startNode('apps/cli/bin/hourglass.js', {
    args: [...download, '--output', path.join(work, 'result.zip')],
    env: { HOURGLASS_URL: `http://127.0.0.1:${served.port}`, HOURGLASS_TOKEN: 'any', TMPDIR: work },
    cwd: repositoryRoot,
  });
  await half;
  cli.kill(signal);
  expect(await cli.exited).toEqual({ code: null, signal });
  expect(cli.output()).toBe(`hourglass: ended by ${signal}`);
  expect(await readdir(work)).toEqual([]);
});

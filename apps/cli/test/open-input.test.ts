import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { openInput } from '../src/open-input.ts';
import { readSecret, readText } from '../src/read-text.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const { signal } = new AbortController();
const fromInput = (...chunks: readonly Buffer[]) => ({ input: Readable.from(chunks), signal });
const noInput = fromInput();
const write = async (name: string, content: string | Buffer) => {
  const file = path.join(folder.path, name);
  await writeFile(file, content);
  return file;
};
const read = (file: string, context = noInput) => buffer(openInput(file, context));

test('every content is read as it is, in any chunks, plain or as members of gzip', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
      fc.integer({ min: 1, max: 50 }),
      async (pieces, chunkBytes) => {
        const content = Buffer.concat([Buffer.from('a'), ...pieces]);
        const chunked = (bytes: Buffer) =>
          Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
            bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
          );
        expect(await read('-', fromInput(...chunked(content)))).toEqual(content);
        const members = Buffer.concat([gzipSync('a'), ...pieces.map((piece) => gzipSync(piece))]);
        expect(await read('-', fromInput(...chunked(members)))).toEqual(content);
      },
    ),
    { numRuns: 50 },
  );
});

test('gzip is recognized by its bytes, whatever the name', async () => {
  expect(String(await read(await write('access.log.gz.1', gzipSync('rotated'))))).toBe('rotated');
  expect(String(await read(await write('plain.gz', 'not gzip')))).toBe('not gzip');
  expect(String(await read(await write('empty.gz', '')))).toBe('');
});

test.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 10), 'the gzip data ends early'],
  ['cut-in-head', (bytes: Buffer) => bytes.subarray(0, 5), 'the gzip data ends early'],
  [
    'damaged',
    (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(50, 0xff), bytes.subarray(150)]),
    'the gzip data is damaged',
  ],
])('a %s gzip file is refused by name', async (name, change, words) => {
  const file = await write(`${name}.gz`, change(gzipSync(randomBytes(1_000).toString('hex'))));
  await expect(read(file)).rejects.toThrow(`${file}: ${words}`);
});

test.each([
  ['Zstandard', Buffer.from('28b52ffd00', 'hex')],
  ['xz', Buffer.from('fd377a585a0000', 'hex')],
  ['bzip2', Buffer.from('BZh91AY')],
  ['ZIP', Buffer.from('PK\u0003\u0004')],
  ['Parquet', Buffer.from('PAR1')],
  ['UTF-16', Buffer.from('\uFEFF{"a":1}', 'utf16le')],
])('%s is refused with what is expected', async (kind, bytes) => {
  await expect(read('-', fromInput(bytes))).rejects.toThrow(
    new RegExp(`^standard input: ${kind}.*; expected `),
  );
});

test('a folder, a missing file and a path through a file are refused by name', async () => {
  const inside = path.join(folder.path, 'folder');
  await mkdir(inside);
  await expect(read(inside)).rejects.toThrow(`${inside}: is a folder; expected a file`);
  await expect(read(`${inside}/none`)).rejects.toThrow(`${inside}/none: no such file or folder`);
  const file = await write('file', 'x');
  await expect(readText(`${file}/x`, noInput)).rejects.toThrow(`${file}/x: a part of the path is a file`);
  await expect(readText(inside, noInput)).rejects.toThrow(`${inside}: is a folder; expected a file`);
});

test('text and secrets lose their byte order mark, secrets their line end too', async () => {
  const file = await write('marked', '\uFEFF{"a":1}\r\n');
  expect(await readText(file, noInput)).toBe('{"a":1}\r\n');
  expect(await readSecret(file, noInput)).toBe('{"a":1}');
  expect(await readSecret('-', fromInput(Buffer.from('\uFEFF sec ret \n')))).toBe(' sec ret ');
  await expect(readSecret('-', fromInput(Buffer.from('\uFEFF\n')))).rejects.toThrow('standard input: empty');
});

test('text that is not UTF-8 is refused by name', async () => {
  await expect(readText('-', fromInput(Buffer.from([0x7b, 0xff])))).rejects.toThrow(
    'standard input: not UTF-8',
  );
  await expect(readText('-', fromInput(Buffer.from('\uFEFF{}', 'utf16le')))).rejects.toThrow('UTF-16 text');
});

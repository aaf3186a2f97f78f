import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32, gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fromBuffer, type Entry } from 'yauzl';
import type { OutputColumn, OutputFormat } from '@hourglass/query';
import type { ArchiveTask, RowBatch } from '@hourglass/reports';
import { createArchiveWriter } from '../src/archive-writer.ts';

const id = '9cfc0d85-0f30-46d6-ae6f-318d0cb961bd';
const columns: readonly OutputColumn[] = [
  { name: 'apiproxy', kind: 'text' },
  { name: 'tps', kind: 'float' },
];
const csv: OutputFormat = { format: 'csv', delimiter: ',' };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hourglass-archive-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function task(changes: Partial<ArchiveTask> = {}): ArchiveTask {
  return {
    queryId: id,
    columns,
    output: { format: 'json' },
    directory,
    createdAt: new Date('2026-03-04T05:06:08Z'),
    signal: new AbortController().signal,
    ...changes,
  };
}

async function* batchesOf(...sizes: readonly number[]): AsyncGenerator<RowBatch> {
  let next = 0;
  for (const rowCount of sizes) {
    const numbers = Array.from({ length: rowCount }, () => next++);
    yield { rowCount, columns: [numbers.map((number) => `proxy ${number}`), numbers] };
  }
}

const jsonLines = (from: number, toExclusive: number): string =>
  Array.from({ length: toExclusive - from }, (_, index) => from + index)
    .map((number) => `{"apiproxy":"proxy ${number}","tps":${number}.0}\n`)
    .join('');

const csvLines = (from: number, toExclusive: number): string =>
  Array.from({ length: toExclusive - from }, (_, index) => from + index)
    .map((number) => `proxy ${number},${number}.0\n`)
    .join('');

interface Member {
  readonly entry: Entry;
  readonly bytes: Buffer;
}

async function members(archivePath: string): Promise<readonly Member[]> {
  const zip = await promisify(fromBuffer)(await readFile(archivePath));
  const entries: Entry[] = [];
  zip.on('entry', (entry: Entry) => entries.push(entry));
  await once(zip, 'end');
  const openReadStream = promisify<Entry, Readable>(zip.openReadStream.bind(zip));
  return Promise.all(
    entries.map(async (entry) => ({ entry, bytes: await buffer(await openReadStream(entry)) })),
  );
}

test('the archive holds the contract’s names and rows, stored, dated by the task and with right checksums', async () => {
  const archive = await createArchiveWriter().write(batchesOf(2, 0, 3), task());
  expect(archive.path).toBe(path.join(directory, `OfflineQueryResult-${id}.zip`));
  expect(await readdir(directory)).toEqual([`OfflineQueryResult-${id}.zip`]);
  const [member, ...others] = await members(archive.path);
  expect(others).toEqual([]);
  expect(member?.entry.fileName).toBe(`QueryResult-${id}-000000000000.json.gz`);
  expect(member?.entry.compressionMethod).toBe(0);
  expect(member?.entry.getLastModDate({ timezone: 'UTC' })).toEqual(new Date('2026-03-04T05:06:08Z'));
  expect(member?.entry.crc32).toBe(crc32(member?.bytes ?? ''));
  expect(gunzipSync(member?.bytes ?? '').toString()).toBe(jsonLines(0, 5));
  expect(archive).toMatchObject({
    rows: 5,
    gzipBytes: member?.bytes.length,
    bytes: (await stat(archive.path)).size,
    md5: createHash('md5')
      .update(await readFile(archive.path))
      .digest('hex'),
  });
});

test('no rows make one empty JSON part of 20 bytes, or a CSV part with its header', async () => {
  const json = await createArchiveWriter().write(batchesOf(), task());
  expect(json).toMatchObject({ rows: 0, gzipBytes: 20 });
  expect((await members(json.path)).map(({ bytes }) => gunzipSync(bytes).toString())).toEqual(['']);

  const table = await createArchiveWriter().write(batchesOf(0), task({ queryId: 'empty', output: csv }));
  expect(table.rows).toBe(0);
  const found = await members(table.path);
  expect(found.map(({ entry }) => entry.fileName)).toEqual(['QueryResult-empty-000000000000.csv.gz']);
  expect(found.map(({ bytes }) => gunzipSync(bytes).toString())).toEqual(['apiproxy,tps\n']);
});

test('a part ends after the row that fills it, and every CSV part has the header', async () => {
  const rowBytes = 'proxy 0,0.0\n'.length;
  const partBytes = 'apiproxy,tps\n'.length + 3 * rowBytes - 1;
  const archive = await createArchiveWriter({ partBytes }).write(batchesOf(4, 3), task({ output: csv }));
  const found = await members(archive.path);
  expect(found.map(({ entry }) => entry.fileName)).toEqual(
    [0, 1, 2].map((part) => `QueryResult-${id}-00000000000${part}.csv.gz`),
  );
  expect(found.map(({ bytes }) => gunzipSync(bytes).toString())).toEqual([
    `apiproxy,tps\n${csvLines(0, 3)}`,
    `apiproxy,tps\n${csvLines(3, 6)}`,
    `apiproxy,tps\n${csvLines(6, 7)}`,
  ]);
});

test('no size of parts and batches loses or doubles a row', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 400 }),
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 6 }),
      fc.constantFrom<OutputFormat>({ format: 'json' }, csv),
      async (partBytes, sizes, output) => {
        const rows = sizes.reduce((sum, size) => sum + size, 0);
        const archive = await createArchiveWriter({ partBytes }).write(
          batchesOf(...sizes),
          task({ queryId: `run-${run++}`, output }),
        );
        expect(archive.rows).toBe(rows);
        const parts = (await members(archive.path)).map(({ bytes }) => gunzipSync(bytes).toString());
        const header = output.format === 'csv' ? 'apiproxy,tps\n' : '';
        expect(parts.every((part) => part.startsWith(header))).toBe(true);
        const lines = output.format === 'csv' ? csvLines(0, rows) : jsonLines(0, rows);
        expect(parts.map((part) => part.slice(header.length)).join('')).toBe(lines);
        expect(parts.slice(0, -1).every((part) => part.length >= partBytes)).toBe(true);
        expect(parts.length === 1 || parts.every((part) => part.length > header.length)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test('equal rows and tasks give equal bytes, however the rows were batched', async () => {
  const first = await createArchiveWriter({ partBytes: 300 }).write(batchesOf(20, 20), task());
  const bytes = await readFile(first.path);
  const second = await createArchiveWriter({ partBytes: 300 }).write(batchesOf(...Array(40).fill(1)), task());
  expect((await readFile(second.path)).equals(bytes)).toBe(true);
});

test('a large result of several parts passes an independent reader’s checks', async () => {
  const sizes = Array.from({ length: 60 }, () => 2000);
  const archive = await createArchiveWriter({ partBytes: 1_000_000 }).write(batchesOf(...sizes), task());
  expect(archive.rows).toBe(120_000);
  const found = await members(archive.path);
  expect(found.length).toBeGreaterThan(3);
  const rows = found.map(({ bytes }) => gunzipSync(bytes).toString()).join('');
  expect(rows === jsonLines(0, 120_000)).toBe(true);
  expect(found.every(({ entry, bytes }) => entry.crc32 === crc32(bytes))).toBe(true);
  expect(archive.gzipBytes).toBe(found.reduce((sum, { bytes }) => sum + bytes.length, 0));
});

/** Endless rows that say when they were asked for and whether they were released. */
function endlessRows() {
  const seen = { batches: 0, released: false };
  async function* rows(): AsyncGenerator<RowBatch> {
    try {
      for (;;) {
        seen.batches += 1;
        yield* batchesOf(2000);
      }
    } finally {
      seen.released = true;
    }
  }
  return { seen, rows: rows() };
}

test('an abort in the middle rejects with its reason, releases the rows and leaves no file', async () => {
  const { seen, rows } = endlessRows();
  const stop = new AbortController();
  const reason = new Error('the lease was lost');
  const writing = createArchiveWriter({ partBytes: 100_000 }).write(rows, task({ signal: stop.signal }));
  writing.catch(() => undefined);
  await expect.poll(() => seen.batches).toBeGreaterThan(20);
  stop.abort(reason);
  await expect(writing).rejects.toBe(reason);
  expect(seen.released).toBe(true);
  expect(await readdir(directory)).toEqual([]);
});

test('an abort before the start rejects and creates no file', async () => {
  const reason = new Error('stop');
  const writing = createArchiveWriter().write(batchesOf(1), task({ signal: AbortSignal.abort(reason) }));
  await expect(writing).rejects.toBe(reason);
  expect(await readdir(directory)).toEqual([]);
});

test.each([0, 1, 30])(
  'rows that fail after %d batches reject with their error and leave no file',
  async (count) => {
    const broken = new Error('out of memory');
    async function* rows(): AsyncGenerator<RowBatch> {
      yield* batchesOf(...Array(count).fill(2000));
      throw broken;
    }
    await expect(createArchiveWriter({ partBytes: 100_000 }).write(rows(), task())).rejects.toBe(broken);
    expect(await readdir(directory)).toEqual([]);
  },
);

test.runIf(process.platform === 'linux')(
  'a full disk rejects with the system’s error, releases the rows and leaves no file',
  async () => {
    await symlink('/dev/full', path.join(directory, `OfflineQueryResult-${id}.zip`));
    const { seen, rows } = endlessRows();
    await expect(createArchiveWriter().write(rows, task())).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(seen.released).toBe(true);
    expect(await readdir(directory)).toEqual([]);
  },
);

test('a value of the wrong kind rejects and leaves no file', async () => {
  const rows = Readable.from([{ rowCount: 1, columns: [[1], [1]] } satisfies RowBatch]);
  await expect(createArchiveWriter().write(rows, task())).rejects.toThrow(TypeError);
  expect(await readdir(directory)).toEqual([]);
});

test('every member says its size and checksum before its bytes, as readers of a ZIP stream need', async () => {
  const writer = createArchiveWriter({ partBytes: 60 });
  const { path: file } = await writer.write(batchesOf(5), task());
  const bytes = await readFile(file);
  let members = 0;
  // Walks the local headers from the front, with nothing but what they say (PKZIP appnote, 4.3.7).
  let offset = 0;
  while (bytes.readUInt32LE(offset) === 0x04034b50) {
    const streamed = (bytes.readUInt16LE(offset + 6) & 0b1000) !== 0;
    expect(streamed).toBe(false);
    const content = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    const size = bytes.readUInt32LE(offset + 18);
    const member = bytes.subarray(content, content + size);
    expect(bytes.readUInt32LE(offset + 14)).toBe(crc32(member));
    expect(gunzipSync(member).toString()).toMatch(/^\{"apiproxy".*\}\n$/s);
    offset = content + size;
    members += 1;
  }
  expect(members).toBeGreaterThan(1);
});

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
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
import type { ArchiveTask, RowFile } from '@hourglass/reports';
import { createArchiveWriter } from '../src/write/archive-writer.ts';

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

const jsonLines = (from: number, toExclusive: number): string =>
  Array.from({ length: toExclusive - from }, (_, index) => from + index)
    .map((number) => `{"apiproxy":"proxy ${number}","tps":${number}.0}\n`)
    .join('');

const csvLines = (from: number, toExclusive: number): string =>
  Array.from({ length: toExclusive - from }, (_, index) => from + index)
    .map((number) => `proxy ${number},${number}.0\n`)
    .join('');

const writer = (partBytes?: number) =>
  createArchiveWriter({ threads: 2, ...(partBytes === undefined ? {} : { partBytes }) });

/** Puts down what an engine would have written. */
async function rowFile(lines: string, rows: number, name = 'rows'): Promise<AsyncIterable<RowFile>> {
  const file = { path: path.join(directory, name), rows };
  await writeFile(file.path, lines);
  return Readable.from([file]);
}

/** The rows in several files, each written when it is asked for. */
async function* rowFiles(lists: readonly (readonly string[])[]): AsyncGenerator<RowFile> {
  for (const [index, rows] of lists.entries())
    yield* await rowFile(rows.join(''), rows.length, `rows-${index}`);
}

const jsonRows = (rows: number) => rowFile(jsonLines(0, rows), rows);
const csvRows = (rows: number) => rowFile(csvLines(0, rows), rows);

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
  const archive = await writer().write(await jsonRows(5), task());
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
  const json = await writer().write(await jsonRows(0), task());
  expect(json).toMatchObject({ rows: 0, gzipBytes: 20 });
  expect((await members(json.path)).map(({ bytes }) => gunzipSync(bytes).toString())).toEqual(['']);

  const table = await writer().write(await csvRows(0), task({ queryId: 'empty', output: csv }));
  expect(table.rows).toBe(0);
  const found = await members(table.path);
  expect(found.map(({ entry }) => entry.fileName)).toEqual(['QueryResult-empty-000000000000.csv.gz']);
  expect(found.map(({ bytes }) => gunzipSync(bytes).toString())).toEqual(['apiproxy,tps\n']);
});

test('a part ends after the row that fills it, and every CSV part has the header', async () => {
  const threeRows = 'apiproxy,tps\nproxy 0,0.0\nproxy 1,1.0\nproxy 2,2.0\n'.length;
  for (const [partBytes, ends] of [
    [threeRows - 1, [0, 3, 6, 7]],
    [threeRows, [0, 3, 6, 7]],
    [threeRows + 1, [0, 4, 7]],
    [1, [0, 1, 2, 3, 4, 5, 6, 7]],
  ] as const) {
    const archive = await writer(partBytes).write(await csvRows(7), task({ output: csv }));
    const found = await members(archive.path);
    expect(found.map(({ entry }) => entry.fileName)).toEqual(
      found.map((_, part) => `QueryResult-${id}-00000000000${part}.csv.gz`),
    );
    expect(found.map(({ bytes }) => gunzipSync(bytes).toString())).toEqual(
      ends.slice(1).map((end, part) => `apiproxy,tps\n${csvLines(ends[part] ?? 0, end)}`),
    );
  }
});

test('the header quotes names as CSV must', async () => {
  const names = ['', 'a,b', 'a|b', 'say "hi"', 'two\nlines', 'cr\r', 'plain name', '=1'];
  const columnsOf = names.map((name): OutputColumn => ({ name, kind: 'text' }));
  const found = await writer().write(await rowFile('', 0), task({ columns: columnsOf, output: csv }));
  const [member] = await members(found.path);
  expect(gunzipSync(member?.bytes ?? '').toString()).toBe(
    '"","a,b",a|b,"say ""hi""","two\nlines","cr\r",plain name,=1\n',
  );
});

const oneColumn: readonly OutputColumn[] = [{ name: 'a', kind: 'text' }];

test('no size of parts loses, doubles or breaks a row, whatever line ends and quotes are in it', async () => {
  const anyCell = fc.string({ unit: fc.constantFrom('"', '\n', '\r', ',', 'a', 'é'), maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 400 }),
      fc.array(anyCell, { maxLength: 60 }),
      fc.constantFrom<OutputFormat>({ format: 'json' }, csv),
      async (partBytes, cells, output) => {
        const isJson = output.format === 'json';
        const rows = cells.map((cell) =>
          isJson ? `{"a":${JSON.stringify(cell)}}\n` : `"${cell.replaceAll('"', '""')}"\n`,
        );
        const given = await rowFile(rows.join(''), rows.length);
        const archive = await writer(partBytes).write(given, task({ columns: oneColumn, output }));
        const parts = (await members(archive.path)).map(({ bytes }) => gunzipSync(bytes).toString());
        expect(parts).toEqual(partsOf(rows, isJson ? '' : 'a\n', partBytes));
        expect(archive.rows).toBe(rows.length);
      },
    ),
    { numRuns: 150 },
  );
});

function partsOf(rows: readonly string[], header: string, partBytes: number): string[] {
  const parts: string[][] = [[header]];
  let bytes = header.length;
  let full = false;
  for (const row of rows) {
    if (full) {
      parts.push([header]);
      bytes = header.length;
    }
    parts.at(-1)?.push(row);
    bytes += Buffer.byteLength(row);
    full = bytes >= partBytes;
  }
  return parts.map((texts) => texts.join(''));
}

/** Rows of CSV with line ends in their quotes, some of them longer than what is compressed at a time. */
function longRows(rows: number): string[] {
  let state = 1;
  const noise = () => (state = (state * 48_271) % 2_147_483_647).toString(36);
  return Array.from({ length: rows }, (_, row) => {
    const words = row % 10_000 === 7 ? 300_000 : 10;
    return `"${row}\n""${Array.from({ length: words }, noise).join('')}"\n`;
  });
}

test('a large result is whole for gzip, Node and the decompression stream of browsers', async () => {
  const rows = longRows(40_000);
  const given = await rowFile(rows.join(''), rows.length);
  const archive = await writer(1_500_000).write(given, task({ columns: oneColumn, output: csv }));
  const found = await members(archive.path);
  expect(found.length).toBeGreaterThan(3);
  expect(found.every(({ entry, bytes }) => entry.crc32 === crc32(bytes))).toBe(true);
  expect(archive.gzipBytes).toBe(found.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const texts = found.map(({ bytes }) => gunzipSync(bytes).toString());
  const expected = partsOf(rows, 'a\n', 1_500_000);
  expect(texts.map((text) => text.length)).toEqual(expected.map((text) => text.length));
  expect(texts.every((text, part) => text === expected[part])).toBe(true);

  const [first, last] = [found.at(0)?.bytes, found.at(-1)?.bytes];
  for (const [bytes, text] of [
    [first, texts.at(0)],
    [last, texts.at(-1)],
  ] as const) {
    // It reads one member and refuses bytes after it.
    const stream = new Blob([new Uint8Array(bytes ?? [])])
      .stream()
      .pipeThrough(new DecompressionStream('gzip'));
    expect((await new Response(stream).text()) === text).toBe(true);
    const gunzipped = spawnSync('gzip', ['-dc'], { input: bytes, maxBuffer: 2 ** 26 });
    expect(gunzipped.stdout.toString() === text).toBe(true);
  }
});

test('equal rows and tasks give equal bytes, on any number of threads', async () => {
  const rows = longRows(20_000);
  const archives: Buffer[] = [];
  for (const threads of [1, 2, 7]) {
    const given = await rowFile(rows.join(''), rows.length);
    const written = await createArchiveWriter({ threads, partBytes: 3_000_000 }).write(
      given,
      task({ columns: oneColumn, output: csv }),
    );
    archives.push(await readFile(written.path));
  }
  const [first = Buffer.of()] = archives;
  expect(archives.every((bytes) => bytes.equals(first))).toBe(true);
});

test('the share of the packed rows grows over all parts and ends at 1', async () => {
  const shares: number[] = [];
  const onProgress = (share: number) => void shares.push(share);
  await writer(1_000_000).write(await jsonRows(100_000), task({ onProgress }));
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.length).toBeGreaterThan(3);
  expect(shares.at(-1)).toBe(1);
});

test('an abort in the middle rejects with its reason and leaves no file', async () => {
  const stop = new AbortController();
  const reason = new Error('the lease was lost');
  const onProgress = (share: number) => {
    if (share > 0.3) stop.abort(reason);
  };
  const writing = writer(100_000).write(await jsonRows(100_000), task({ signal: stop.signal, onProgress }));
  await expect(writing).rejects.toBe(reason);
  expect(await readdir(directory)).toEqual([]);
});

test('rows in several files make the bytes that they make in one', async () => {
  const lists = fc.array(fc.array(fc.nat(1e6), { maxLength: 2000 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(lists, fc.integer({ min: 1, max: 40_000 }), async (numbers, partBytes) => {
      const rows = numbers.map((list) => list.map((number) => `row ${number}\n`));
      const all = rows.flat();
      const archives: Buffer[] = [];
      for (const files of [await rowFile(all.join(''), all.length), rowFiles(rows)]) {
        const written = await writer(partBytes).write(files, task({ columns: oneColumn, output: csv }));
        expect(written.rows).toBe(all.length);
        archives.push(await readFile(written.path));
      }
      expect(archives[1]?.equals(archives[0] ?? Buffer.of())).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('blocks of a megabyte are cut alike when rows come in several files', async () => {
  const rows = Array.from({ length: 300_000 }, (_, number) => `row number ${number}\n`);
  const archives: Buffer[] = [];
  for (const cuts of [[], [100_000], [7, 60_000, 250_000]]) {
    const ends = [...cuts, rows.length];
    const files = rowFiles(ends.map((end, index) => rows.slice(ends[index - 1] ?? 0, end)));
    const written = await writer(2_500_000).write(files, task({ columns: oneColumn, output: csv }));
    archives.push(await readFile(written.path));
  }
  const [first = Buffer.of()] = archives;
  expect(archives.map((bytes) => bytes.equals(first))).toEqual([true, true, true]);
});

test('a file of rows is asked for while the one before it is packed', async () => {
  const seen: (readonly string[])[] = [];
  async function* files(): AsyncGenerator<RowFile> {
    yield* await rowFile(jsonLines(0, 10), 10, 'first');
    seen.push(readdirSync(directory));
    yield* await rowFile(jsonLines(10, 20), 10, 'second');
  }
  const shares: number[] = [];
  const onProgress = (share: number) => void shares.push(share);
  expect(await writer().write(files(), task({ onProgress }))).toMatchObject({ rows: 20 });
  expect(seen).toEqual([[`OfflineQueryResult-${id}.zip`]]);
  expect(shares).toEqual([1]);
});

test('rows that cannot be made reject with the reason and leave no file', async () => {
  const reason = new Error('the engine has no memory');
  async function* files(): AsyncGenerator<RowFile> {
    yield* await rowFile(jsonLines(0, 50_000), 50_000);
    throw reason;
  }
  await expect(writer(100_000).write(files(), task())).rejects.toBe(reason);
  expect(await readdir(directory)).toEqual([]);
});

test('an abort before the start rejects, asks for no rows and leaves no file', async () => {
  const reason = new Error('stop');
  const asked = rowFiles([['a row\n']]);
  const writing = writer().write(asked, task({ signal: AbortSignal.abort(reason) }));
  await expect(writing).rejects.toBe(reason);
  expect(await readdir(directory)).toEqual([]);
});

test('the file of rows is gone while they are packed, so that a killed process leaves none', async () => {
  const seen: string[][] = [];
  const onProgress = () => void seen.push(readdirSync(directory));
  await writer().write(await jsonRows(10), task({ onProgress }));
  expect(seen).toEqual([[`OfflineQueryResult-${id}.zip`]]);
});

test.runIf(process.platform === 'linux')(
  'a full disk rejects with the system’s error and leaves no file',
  async () => {
    await symlink('/dev/full', path.join(directory, `OfflineQueryResult-${id}.zip`));
    await expect(writer().write(await jsonRows(2000), task())).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await readdir(directory)).toEqual([]);
  },
);

test('every member says its size and checksum before its bytes, as readers of a ZIP stream need', async () => {
  const { path: file } = await writer(60).write(await jsonRows(5), task());
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

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { crc32, gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutputColumn, OutputFormat } from '@hourglass/query';
import { suiteSize } from '@hourglass/testing';
import { createArchiveWriter } from '../src/index.ts';
import {
  csv,
  csvLines,
  csvRows,
  members,
  oneColumn,
  queryId,
  rowFile,
  rowFiles,
  task,
  useDirectory,
  writer,
} from './write-archive.ts';

useDirectory();

test('ends a part after the row that fills it, and begins every CSV part with the header', async () => {
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
      found.map((_, part) => `QueryResult-${queryId}-00000000000${part}.csv.gz`),
    );
    expect(found.map(({ bytes }) => gunzipSync(bytes).toString())).toEqual(
      ends.slice(1).map((end, part) => `apiproxy,tps\n${csvLines(ends[part] ?? 0, end)}`),
    );
  }
});

test('quotes names in the CSV header', async () => {
  const names = ['', 'a,b', 'a|b', 'say "hi"', 'two\nlines', 'cr\r', 'plain name', '=1'];
  const columnsOf = names.map((name): OutputColumn => ({ name, kind: 'text' }));
  const found = await writer().write(await rowFile('', 0), task({ columns: columnsOf, output: csv }));
  const [member] = await members(found.path);
  expect(gunzipSync(member?.bytes ?? '').toString()).toBe(
    '"","a,b",a|b,"say ""hi""","two\nlines","cr\r",plain name,=1\n',
  );
});

test('begins every CSV part with a byte order mark and without a header, if the plan says so', async () => {
  const partBytes = 20;
  for (const [options, start] of [
    [{ bom: true }, '\u{feff}apiproxy,tps\n'],
    [{ bom: true, header: false }, '\u{feff}'],
    [{ header: false }, ''],
  ] as const) {
    const output = { ...csv, ...options } as OutputFormat;
    const archive = await writer(partBytes).write(await csvRows(7), task({ output }));
    const texts = (await members(archive.path)).map(({ bytes }) => gunzipSync(bytes).toString());
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.every((text) => text.startsWith(`${start}proxy `))).toBe(true);
    expect(texts.map((text) => text.slice(start.length)).join('')).toBe(csvLines(0, 7));
    const empty = await writer().write(await csvRows(0), task({ queryId: 'empty', output }));
    const [only] = await members(empty.path);
    expect(gunzipSync(only?.bytes ?? '').toString()).toBe(start);
  }
});

test('guards a name in the header of a safe CSV like a text cell', async () => {
  const names = ['=1', "'=1", 'a', '-,'];
  const columnsOf = names.map((name): OutputColumn => ({ name, kind: 'text' }));
  const output: OutputFormat = { format: 'csv', delimiter: ',', safe: true };
  const found = await writer().write(await rowFile('', 0), task({ columns: columnsOf, output }));
  const [member] = await members(found.path);
  expect(gunzipSync(member?.bytes ?? '').toString()).toBe(`'=1,''=1,a,"'-,"\n`);
});

test('keeps every row whole and once with parts of any size and cells with any quotes and line ends', async () => {
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
        const file = await rowFile(rows.join(''), rows.length);
        const archive = await writer(partBytes).write(file, task({ columns: oneColumn, output }));
        const parts = (await members(archive.path)).map(({ bytes }) => gunzipSync(bytes).toString());
        expect(parts).toEqual(partsOf(rows, isJson ? '' : 'a\n', partBytes));
        expect(archive.rows).toBe(rows.length);
      },
    ),
    { numRuns: suiteSize({ short: 40, full: 150 }) },
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

/** Returns CSV rows with line ends between quotes, some longer than a compressed block. */
function longRows(rows: number): string[] {
  let state = 1;
  const noise = () => (state = (state * 48_271) % 2_147_483_647).toString(36);
  return Array.from({ length: rows }, (_, row) => {
    const words = row % 10_000 === 7 ? 300_000 : 10;
    return `"${row}\n""${Array.from({ length: words }, noise).join('')}"\n`;
  });
}

test('writes parts that gzip, Node and the decompression stream of browsers read whole', async () => {
  const rows = longRows(40_000);
  const file = await rowFile(rows.join(''), rows.length);
  const archive = await writer(1_500_000).write(file, task({ columns: oneColumn, output: csv }));
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
    // This stream reads one gzip member and refuses bytes after it.
    const stream = new Blob([new Uint8Array(bytes ?? [])])
      .stream()
      .pipeThrough(new DecompressionStream('gzip'));
    expect((await new Response(stream).text()) === text).toBe(true);
    const gunzipped = spawnSync('gzip', ['-dc'], { input: bytes, maxBuffer: 2 ** 26 });
    expect(gunzipped.stdout.toString() === text).toBe(true);
  }
});

test('writes equal bytes for equal rows and tasks, on any number of threads', async () => {
  const rows = longRows(20_000);
  const archives: Buffer[] = [];
  for (const threads of [1, 2, 7]) {
    const file = await rowFile(rows.join(''), rows.length);
    const written = await createArchiveWriter({ threads, partBytes: 3_000_000 }).write(
      file,
      task({ columns: oneColumn, output: csv }),
    );
    archives.push(await readFile(written.path));
  }
  const [first = Buffer.of()] = archives;
  expect(archives.every((bytes) => bytes.equals(first))).toBe(true);
});

test('writes equal bytes for rows in one file and in several', async () => {
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
    { numRuns: suiteSize({ short: 10, full: 40 }) },
  );
});

test('cuts the same blocks of 1 MiB from one file and from several', async () => {
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

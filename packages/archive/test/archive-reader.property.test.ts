import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OutputColumn, OutputFormat } from '@hourglass/query';
import type { ByteRange, OpenResult } from '@hourglass/reports';
import { suiteSize } from '@hourglass/testing';
import { createArchiveReader } from '../src/read/archive-reader.ts';
import { createArchiveWriter } from '../src/write/archive-writer.ts';

type Row = readonly [text: string | null, float: number | null];

const columns: readonly OutputColumn[] = [
  { name: 'a "quoted", |name|', kind: 'text' },
  { name: '__proto__', kind: 'float' },
];
const json: OutputFormat = { format: 'json' };
const formats: readonly OutputFormat[] = [
  json,
  ...([',', '|', '\t'] as const).map((delimiter): OutputFormat => ({ format: 'csv', delimiter })),
  { format: 'csv', delimiter: ',', safe: true },
  { format: 'csv', delimiter: '|', header: false },
  { format: 'csv', delimiter: ',', bom: true, header: false, safe: true },
  { format: 'csv', delimiter: '\t', bom: true },
];

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hourglass-archive-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function write(rows: readonly Row[], output: OutputFormat, partBytes: number): Promise<string> {
  const rowsPath = path.join(directory, 'rows');
  await writeFile(rowsPath, rows.map((row) => `${lineOf(row, output)}\n`).join(''));
  const written = await createArchiveWriter({ threads: 2, partBytes }).write(
    Readable.from([{ path: rowsPath, rows: rows.length }]),
    {
      queryId: 'q',
      columns,
      output,
      directory,
      createdAt: new Date('2026-03-04T05:06:08Z'),
      signal: new AbortController().signal,
    },
  );
  return written.path;
}

/** Formats a row as the contract says. */
function lineOf(row: Row, output: OutputFormat): string {
  if (output.format !== 'csv') return jsonRow(row);
  const [text, float] = row;
  const shown = output.safe === true && text !== null ? text.replace(/^'*[=+@\t\r-]/, `'$&`) : text;
  return `${csvField(shown, output.delimiter)}${output.delimiter}${float === null ? '' : floatText(float)}`;
}

function csvField(text: string | null, delimiter: string): string {
  if (text === null) return '';
  const special = ['"', '\r', '\n', delimiter].some((character) => text.includes(character));
  return text === '' || special ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Opens an archive on disk, and records the bytes read. */
async function opened(file: string, after?: (stream: Readable, range: ByteRange) => Readable) {
  const bytes = (await readFile(file)).length;
  const seen = { bytes: 0, streams: [] as Readable[] };
  const archive: OpenResult = {
    object: { bytes, etag: 'e' },
    async read(range = { start: 0, endExclusive: bytes }) {
      const stream = createReadStream(file, { start: range.start, end: range.endExclusive - 1 });
      const push = stream.push.bind(stream);
      stream.push = (chunk: Buffer | null) => {
        seen.bytes += chunk?.length ?? 0;
        return push(chunk);
      };
      seen.streams.push(stream);
      return after === undefined ? stream : after(stream, range);
    },
  };
  return { archive, seen };
}

async function read(archive: OpenResult, output: OutputFormat): Promise<string[]> {
  const rows: string[] = [];
  for await (const batch of createArchiveReader().rows(archive, { columns, output })) rows.push(...batch);
  return rows;
}

function jsonRow([text, float]: Row): string {
  const shown = float === null ? 'null' : floatText(float);
  return `{"a \\"quoted\\", |name|":${JSON.stringify(text)},"__proto__":${shown}}`;
}

/** Formats an eighth of an integer, which has no exponent. */
function floatText(float: number): string {
  return Number.isInteger(float) ? `${float}.0` : String(float);
}

const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[",|\t\r\n '=-]{0,5}$/));
const anyFloat = fc.integer().map((number) => number / 8);
const anyRow: fc.Arbitrary<Row> = fc.tuple(
  fc.option<string>(anyText, { nil: null }),
  fc.option<number>(anyFloat, { nil: null }),
);

test('reads any rows in parts of any size in every output format', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyRow, { maxLength: 40 }),
      fc.constantFrom(...formats),
      fc.integer({ min: 1, max: 400 }),
      async (rows, output, partBytes) => {
        const { archive } = await opened(await write(rows, output, partBytes));
        expect(await read(archive, output)).toEqual(rows.map(jsonRow));
      },
    ),
    { numRuns: suiteSize({ short: 40, full: 150 }) },
  );
});

test.each<[OutputColumn, string, string[]]>([
  [{ name: 'm', kind: 'text', isDigits: true }, '""\n12\n""\n', ['null', '"12"', 'null']],
  [{ name: 'm', kind: 'float' }, '""\n1.5\n', ['null', '1.5']],
  [{ name: 'm', kind: 'text' }, '""\na\n', ['""', '"a"']],
  // As earlier versions wrote it.
  [{ name: 'm', kind: 'text', isDigits: true }, '\n12\n', ['null', '"12"']],
])('reads rows of one field: %j with %j', async (column, lines, values) => {
  const rowsPath = path.join(directory, 'rows');
  await writeFile(rowsPath, lines);
  const layout = { columns: [column], output: { format: 'csv', delimiter: ',' } as const };
  const written = await createArchiveWriter({ threads: 1, partBytes: 5 }).write(
    Readable.from([{ path: rowsPath, rows: values.length }]),
    {
      ...{ ...layout, queryId: 'q', directory, createdAt: new Date('2026-03-04T05:06:08Z') },
      signal: new AbortController().signal,
    },
  );
  const { archive } = await opened(written.path);
  const rows: string[] = [];
  for await (const batch of createArchiveReader().rows(archive, layout)) rows.push(...batch);
  expect(rows).toEqual(values.map((value) => `{"m":${value}}`));
});

const incompressible: Row[] = [];
let noiseState = 1;
const nextNoise = () => (noiseState = (noiseState * 48_271) % 2_147_483_647);

/** Returns incompressible rows of about 100 bytes. */
function noise(count: number): readonly Row[] {
  while (incompressible.length < count) {
    incompressible.push([
      Array.from({ length: 14 }, () => nextNoise().toString(36)).join(''),
      nextNoise() / 8,
    ]);
  }
  return incompressible.slice(0, count);
}

// The delimiters differ in the property above.
test.each(formats.slice(0, 2))('reads a large result of several parts: %j', async (output) => {
  const rows = noise(40_000);
  const { archive } = await opened(await write(rows, output, 1_000_000));
  expect(archive.object.bytes).toBeGreaterThan(2_000_000);
  const found = await read(archive, output);
  expect(found.length).toBe(40_000);
  expect(found.every((row, index) => row === jsonRow(rows[index] ?? [null, null]))).toBe(true);
});

test('stops reading while its consumer waits, whatever the size of the archive', async () => {
  for (const count of [40_000, 120_000]) {
    const { archive, seen } = await opened(await write(noise(count), json, 64 * 1024 * 1024));
    const rows = createArchiveReader().rows(archive, { columns, output: json })[Symbol.asyncIterator]();
    await rows.next();
    let before = -1;
    while (seen.bytes > before) {
      before = seen.bytes;
      for (let round = 0; round < 1000; round += 1) await setImmediate();
    }
    expect(archive.object.bytes).toBeGreaterThan(2_000_000);
    expect(seen.bytes).toBeLessThan(1_000_000);
    await rows.return?.();
    await expect.poll(() => seen.streams.every(({ destroyed }) => destroyed)).toBe(true);
  }
});

test.each(formats)('reads no rows from an empty result: %j', async (output) => {
  const { archive } = await opened(await write([], output, 1000));
  expect(await read(archive, output)).toEqual([]);
});

test('never returns wrong rows from a damaged archive', async () => {
  const rows = noise(300);
  const file = await write(rows, json, 4000);
  const intact = await readFile(file);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: intact.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (position, change) => {
        const damaged = Buffer.from(intact);
        damaged.writeUInt8((intact[position] ?? 0) ^ change, position);
        await writeFile(file, damaged);
        const { archive } = await opened(file);
        const found = await read(archive, json).catch(() => null);
        // The central directory may list fewer members; the caller knows the expected number of
        // rows.
        if (found?.length === rows.length) expect(found).toEqual(rows.map(jsonRow));
      },
    ),
    { numRuns: suiteSize({ short: 60, full: 300 }) },
  );
});

test('refuses a truncated archive', async () => {
  const file = await write(noise(3000), json, 1000);
  await writeFile(file, (await readFile(file)).subarray(0, -100));
  const { archive } = await opened(file);
  await expect(read(archive, json)).rejects.toThrow(/zip|central directory|signature/i);
});

test('refuses rows of other columns', async () => {
  const csv: OutputFormat = { format: 'csv', delimiter: ',' };
  const { archive } = await opened(await write([['a', 1]], csv, 1000));
  const other = createArchiveReader().rows(archive, {
    columns: [{ name: 'other', kind: 'text' }],
    output: csv,
  });
  await expect(other[Symbol.asyncIterator]().next()).rejects.toThrow('header');
});

test('throws the error of a store that fails while a part is read', async () => {
  const failure = new Error('the store is unavailable');
  const { archive } = await opened(
    await write(noise(20_000), json, 64 * 1024 * 1024),
    (stream, { start }) => {
      if (start === 0 || stream.readableLength > 0) return stream;
      let chunks = 0;
      return Readable.from(
        (async function* () {
          for await (const chunk of stream) {
            if ((chunks += 1) > 3) throw failure;
            yield chunk;
          }
        })(),
      );
    },
  );
  await expect(read(archive, json)).rejects.toBe(failure);
});

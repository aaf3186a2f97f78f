import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OutputColumn, Plan } from '@hourglass/query';
import { ReportImpossible, type OpenResult, type RowFile } from '@hourglass/reports';
import {
  archiveMembers,
  isServiceMissing,
  suiteSize,
  temporaryFolder,
  type TemporaryFolder,
} from '@hourglass/testing';
import { lineOf } from '../../query/test/line-model.ts';
import { createArchiveReader, createArchiveWriter } from '../src/index.ts';
import { readManifest, signManifest } from '../src/manifest/manifest.ts';
import { PartsAreFiles, unpackParts, verifyArchive } from '../src/verify.ts';
import { undetectedFlips } from './flip-bytes.ts';
import { signingKey } from './signed-archive.ts';

type Value = string | number | null;
type Row = readonly Value[];

const publicKey = createPublicKey(signingKey);
const { signal } = new AbortController();
const output: Plan['output'] = { format: 'xlsx' };
const columns: readonly OutputColumn[] = [
  { name: '=calls', kind: 'text', shows: 'integer', isDigits: true },
  { name: 'avg', kind: 'float' },
  { name: 'apiproxy', kind: 'text' },
  { name: 'status', kind: 'text', shows: 'integer' },
  { name: 'hour', kind: 'text', shows: 'bucket' },
];
const plan = {
  dataset: 'api',
  tenant: { organization: 'acme', environment: 'prod', environmentId: 1 },
  range: { startMs: 0, endExclusiveMs: 1_000 },
  metrics: [],
  output,
} as unknown as Plan;

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** Writes files of lines as the engine does, one array a line. */
async function* filesOf(lists: readonly (readonly Row[])[]): AsyncGenerator<RowFile> {
  for (const [index, rows] of lists.entries()) {
    const file = path.join(folder.path, `rows-${index}`);
    await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    yield { path: file, rows: rows.length };
  }
}

async function archiveOf(
  lists: readonly (readonly Row[])[],
  { of = columns, maxSheetBytes }: { of?: readonly OutputColumn[]; maxSheetBytes?: number } = {},
): Promise<string> {
  const writer = createArchiveWriter({
    threads: 1,
    manifest: { hourglassVersion: '0.1.0', signingKey: async () => signingKey },
    ...(maxSheetBytes !== undefined && { maxSheetBytes }),
  });
  const archive = await writer.write(filesOf(lists), {
    queryId: '9cfc0d85-0f30-46d6-ae6f-318d0cb961bd',
    columns: of,
    output,
    directory: folder.path,
    createdAt: new Date('2026-03-04T05:06:08.123Z'),
    origin: {
      plan,
      attempt: 1,
      watermark: 7n,
      snapshotAt: new Date('2026-03-04T05:06:09.5Z'),
      engine: { name: 'DuckDB', version: 'v1' },
    },
    signal,
  });
  return archive.path;
}

async function viewOf(file: string, of = columns): Promise<string[]> {
  const { size: bytes } = await stat(file);
  const archive: OpenResult = {
    object: { bytes, etag: 'e' },
    read: async (range = { start: 0, endExclusive: bytes }) =>
      createReadStream(file, { start: range.start, end: range.endExclusive - 1 }),
  };
  const rows: string[] = [];
  for await (const batch of createArchiveReader().rows(archive, { columns: of, output })) rows.push(...batch);
  return rows;
}

/** Formats a row as NDJSON has it. */
const jsonRow = (row: Row, of = columns) => lineOf(row, of, { format: 'json' });

const texts = [
  '=1+1',
  'a&b<c>"d"',
  '  lead ',
  'line\nbreak',
  'cr\r',
  'crlf\r\nx',
  'tab\t',
  '\u000b',
  '\u0000',
  '_x000B_',
  '_x0041_x0042_',
  '_x0041\u0000',
  '__x0041_',
  '\u{1f600}',
  '\ufffe',
  '\uffff',
  '',
  '2026-01-01',
  '00123',
  '1e5',
  'TRUE',
  '\u007f\u0085\u2028',
  '\u{feff}',
  ']]>',
  '&amp;',
];
const hour = '2026-03-01 00:00:00 UTC';
const rows: readonly Row[] = [
  ...texts.map((text, index): Row => [String(index), index / 8, text, String(-index), hour]),
  ['9007199254740991', 0.1, 'largest safe', '9007199254740991', hour],
  ['9007199254740992', 1.5e300, 'beyond', '-9007199254740993', hour],
  ['170141183460469231731687303715884105727', 5e-324, 'hugeint', '(not set)', hour],
  [null, null, '(not set)', '(not set)', hour],
];

/** Reads a workbook with Python's library alone, as an independent reader of the format. */
const reader = `
import json, re, sys, zipfile
import xml.etree.ElementTree as tree
book = zipfile.ZipFile(sys.argv[1])
assert book.testzip() is None
space = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
sheets = tree.fromstring(book.read('xl/workbook.xml')).find(space + 'sheets')
for name in book.namelist():
    tree.fromstring(book.read(name))
rows = []
for row in tree.fromstring(book.read('xl/worksheets/sheet1.xml')).find(space + 'sheetData'):
    cells = {}
    for cell in row:
        assert cell.find(space + 'f') is None
        column = re.match('[A-Z]+', cell.get('r')).group()
        if cell.get('t') == 'inlineStr':
            text = cell.find(space + 'is').find(space + 't').text or ''
            cells[column] = ['text', re.sub('_x([0-9A-F]{4})_', lambda m: chr(int(m.group(1), 16)), text)]
        else:
            assert cell.get('t') is None and cell.get('s') is None
            cells[column] = ['number', cell.find(space + 'v').text]
    rows.append([int(row.get('r')), cells])
print(json.dumps([len(sheets), rows]))
`;

const { error } = spawnSync('python3', ['--version'], { stdio: 'ignore' });
const isPythonMissing = isServiceMissing({
  service: 'python3',
  problem: error === undefined ? null : error.message,
  environment: process.env,
});

test.skipIf(isPythonMissing)(
  'a workbook has one sheet with a header, numbers as numbers and every text as it is',
  async () => {
    const [part] = await archiveMembers(await readFile(await archiveOf([rows.slice(0, 9), rows.slice(9)])));
    expect(part?.name).toBe('QueryResult-9cfc0d85-0f30-46d6-ae6f-318d0cb961bd-000000000000.xlsx');
    const file = path.join(folder.path, 'report.xlsx');
    await writeFile(file, part?.bytes ?? '');
    const { stdout, stderr } = spawnSync('python3', ['-c', reader, file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const number = (value: Value) => ['number', String(Number(value))];
    const whole = (value: Value) =>
      typeof value === 'string' && /^-?\d{1,15}$|^9007199254740991$/.test(value)
        ? number(value)
        : ['text', value];
    expect(JSON.parse(stdout)).toEqual([
      1,
      [
        [1, Object.fromEntries(columns.map(({ name }, index) => ['ABCDE'[index], ['text', name]]))],
        ...rows.map(([calls = null, avg = null, proxy, status = null, time], index) => [
          index + 2,
          {
            ...(calls !== null && { A: whole(calls) }),
            ...(avg !== null && { B: number(avg) }),
            C: ['text', proxy],
            D: whole(status),
            E: ['text', time],
          },
        ]),
      ],
    ]);
  },
);

test('the rows read from a workbook are those of JSON, whatever the texts', async () => {
  expect(await viewOf(await archiveOf([rows]))).toEqual(rows.map((row) => jsonRow(row)));
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...texts),
    fc.string({
      unit: fc.constantFrom('_', 'x', '0', '4', '1', 'F', '\u0000', '\r', '\uffff', ' ', '<', '&'),
    }),
  );
  const anyRow: fc.Arbitrary<Row> = fc.tuple(
    fc.option(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String), { nil: null }),
    fc.option(
      fc.integer().map((eighths) => eighths / 8),
      { nil: null },
    ),
    anyText,
    fc.oneof(fc.integer().map(String), fc.constant('(not set)')),
    fc.constant(hour),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyRow, { maxLength: 40 }), async (some) => {
      expect(await viewOf(await archiveOf([some]))).toEqual(some.map((row) => jsonRow(row)));
    }),
    { numRuns: suiteSize({ short: 30, full: 200 }) },
  );
});

test('a row without any value is a row', async () => {
  const metrics = columns.slice(0, 2);
  const empty: Row[] = [
    [null, null],
    ['1', null],
    [null, null],
  ];
  const file = await archiveOf([empty], { of: metrics });
  expect((await verifyArchive(file, publicKey)).rows).toBe(3);
  expect(await viewOf(file, metrics)).toEqual(empty.map((row) => jsonRow(row, metrics)));
});

const manyRows = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => [String(index), index / 3, `proxy ${index}`, '200', hour]);

test('equal rows give equal bytes, in one file and in several', async () => {
  const all = manyRows(20_000);
  const digest = async (lists: readonly (readonly Row[])[]) =>
    createHash('sha256')
      .update(await readFile(await archiveOf(lists)))
      .digest('hex');
  const first = await digest([all]);
  expect(await digest([all.slice(0, 7_001), [], all.slice(7_001)])).toBe(first);
  expect(await viewOf(await archiveOf([all]))).toEqual(all.map((row) => jsonRow(row)));
});

describe('a workbook in an archive', () => {
  test('is verified to the last byte, with its rows, also without any', async () => {
    for (const count of [0, 1, 5_000]) {
      const file = await archiveOf([manyRows(count)]);
      const { parts } = await verifyArchive(file, publicKey);
      const [part] = await archiveMembers(await readFile(file));
      const bytes = part?.bytes.length;
      expect(parts).toMatchObject([{ rows: count, bytes, gzipBytes: bytes }]);
    }
    const small = await archiveOf([rows.slice(0, 3)]);
    expect(await undetectedFlips(small, () => verifyArchive(small, publicKey))).toEqual([]);
  });

  test('with a signed number of rows that is wrong is refused', async () => {
    const bytes = await readFile(await archiveOf([rows.slice(0, 3)]));
    const text = String((await archiveMembers(bytes)).pop()?.bytes);
    const { signature: _signature, keyId: _keyId, ...manifest } = readManifest(Buffer.from(text), publicKey);
    const parts = manifest.parts.map((part) => ({ ...part, rows: 4 }));
    const wrong = signManifest({ ...manifest, parts, rows: 4 }, signingKey);
    const changed = path.join(folder.path, 'changed.zip');
    await writeFile(changed, Buffer.from(bytes.toString('latin1').replace(text, wrong), 'latin1'));
    await expect(verifyArchive(changed, publicKey)).rejects.toThrow(/: 3 rows; expected 4/);
  });

  test('is never read as other rows when it is damaged', async () => {
    const file = await archiveOf([rows]);
    const bytes = await readFile(file);
    const expected = rows.map((row) => jsonRow(row));
    const [part] = await archiveMembers(bytes);
    const start = (part?.offset ?? 0) + 30 + (part?.name.length ?? 0);
    const damaged = path.join(folder.path, 'damaged.zip');
    let failures = 0;
    for (let offset = 0; offset < (part?.bytes.length ?? 0); offset += 23) {
      const changed = Buffer.from(bytes);
      changed[start + offset] = (changed[start + offset] ?? 0) ^ 1;
      await writeFile(damaged, changed);
      // Bytes of other members of the workbook do not matter for the rows.
      const found = await viewOf(damaged).catch(() => null);
      if (found === null) failures += 1;
      else expect(found, `byte ${offset}`).toEqual(expected);
    }
    expect(failures).toBeGreaterThan(10);
  });

  test('is unpacked as it is, but not to where text is shown', async () => {
    const archive = await archiveOf([rows]);
    const file = await open(archive);
    const sink = new PassThrough();
    const bytes = buffer(sink);
    await unpackParts(file.fd, sink, { signal });
    sink.end();
    const [part] = await archiveMembers(await readFile(archive));
    expect((await bytes).equals(part?.bytes ?? Buffer.alloc(0))).toBe(true);
    const shown = unpackParts(file.fd, new PassThrough(), { signal, linesOnly: true });
    await expect(shown).rejects.toThrow(PartsAreFiles);
    await file.close();
  });
});

describe('a report that does not fit', () => {
  const failure = async (files: AsyncIterable<RowFile>, maxSheetBytes?: number) => {
    const writer = createArchiveWriter({ threads: 1, ...(maxSheetBytes !== undefined && { maxSheetBytes }) });
    const task = { queryId: 'q', columns, output, directory: folder.path, createdAt: new Date(0), signal };
    const before = await readdir(folder.path);
    const outcome: unknown = await writer.write(files, task).catch((reason: unknown) => reason);
    expect(await readdir(folder.path)).toEqual(before.filter((name) => !name.startsWith('rows-')));
    return outcome;
  };

  test('is impossible with more rows than a sheet has, before they are written', async () => {
    const file = path.join(folder.path, 'rows-0');
    await writeFile(file, `${JSON.stringify(rows[0])}\n`);
    expect(await failure(Readable.from([{ path: file, rows: 1_048_576 }]))).toEqual(
      new ReportImpossible('sheetRows', { rows: 1_048_575 }),
    );
  });

  test('is impossible with a text that is longer than a cell, and holds one that is as long', async () => {
    const withText = (length: number): Row => [
      '1',
      1,
      '\u{1f600}'.repeat(length / 2) + 'x'.repeat(length % 2),
      '200',
      hour,
    ];
    expect(await viewOf(await archiveOf([[withText(32_767)]]))).toEqual([jsonRow(withText(32_767))]);
    expect(await failure(filesOf([[withText(32_768)]]))).toEqual(
      new ReportImpossible('sheetCell', { column: 'apiproxy', characters: 32_767 }),
    );
  });

  test('is impossible with a larger workbook than fits into memory', async () => {
    expect(await failure(filesOf([manyRows(50_000)]), 1024 * 1024)).toEqual(
      new ReportImpossible('sheetSize', { megabytes: 1 }),
    );
  });
});

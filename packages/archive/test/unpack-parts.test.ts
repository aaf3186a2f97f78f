import { open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { OutputFormat } from '@hourglass/query';
import { unpackParts } from '../src/verify.ts';
import { signedArchive } from './signed-archive.ts';
import {
  csv,
  csvLines,
  csvRows,
  directory,
  jsonLines,
  jsonRows,
  members,
  task,
  useDirectory,
  writer,
} from './write-archive.ts';

useDirectory();

async function unpack(archive: string): Promise<{ rows: string; bytes: number; isOpen: boolean }> {
  const file = await open(archive);
  try {
    const output = new PassThrough();
    const rows = buffer(output);
    const bytes = await unpackParts(file.fd, output, { signal: new AbortController().signal });
    const isOpen = output.writable;
    output.end();
    return { rows: (await rows).toString(), bytes, isOpen };
  } finally {
    await file.close();
  }
}

test('the rows of several CSV parts have one header', async () => {
  const { path } = await writer(200).write(await csvRows(100), task({ output: csv }));
  expect((await members(path)).length).toBeGreaterThan(5);
  const expected = `apiproxy,tps\n${csvLines(0, 100)}`;
  expect(await unpack(path)).toEqual({ rows: expected, bytes: expected.length, isOpen: true });
});

test('a header with quoted line ends and quotes is dropped as a whole', async () => {
  const columns = [
    { name: 'a "quoted"\nname', kind: 'text' },
    { name: 'tps', kind: 'float' },
  ] as const;
  const { path } = await writer(200).write(await csvRows(50), task({ output: csv, columns }));
  expect((await unpack(path)).rows).toBe(`"a ""quoted""\nname",tps\n${csvLines(0, 50)}`);
});

test('several CSV parts without a header keep every row, and only the first its byte order mark', async () => {
  for (const options of [{ header: false }, { header: false, bom: true }, { bom: true }] as const) {
    const file = await signedArchive(directory(), { rows: 100, partBytes: 400, format: 'csv', options });
    expect((await members(file)).length).toBeGreaterThan(5);
    const mark = 'bom' in options ? '\u{feff}' : '';
    const header = 'header' in options ? '' : 'apiproxy,"note\nof it"\n';
    const rows = Array.from({ length: 100 }, (_, number) => `p${number},"two\nlines, ""${number}"""\n`);
    expect((await unpack(file)).rows).toBe(`${mark}${header}${rows.join('')}`);
  }
});

test('a part of an archive without a manifest loses no row that is not the header', async () => {
  const output = { ...csv, header: false } as OutputFormat;
  const { path } = await writer(200).write(await csvRows(100), task({ output }));
  expect((await unpack(path)).rows).toBe(csvLines(0, 100));
});

test('JSON rows are written as they are', async () => {
  const { path } = await writer(200).write(await jsonRows(50), task());
  expect((await unpack(path)).rows).toBe(jsonLines(0, 50));
});

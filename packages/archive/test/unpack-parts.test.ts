import { open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { unpackParts } from '../src/verify.ts';
import {
  csv,
  csvLines,
  csvRows,
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
    const rows = text(output);
    const bytes = await unpackParts(file.fd, output, new AbortController().signal);
    const isOpen = output.writable;
    output.end();
    return { rows: await rows, bytes, isOpen };
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

test('JSON rows are written as they are', async () => {
  const { path } = await writer(200).write(await jsonRows(50), task());
  expect((await unpack(path)).rows).toBe(jsonLines(0, 50));
});

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile, readdir, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { crc32, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { RowFile } from '@hourglass/reports';
import {
  csv,
  csvRows,
  directory,
  jsonLines,
  jsonRows,
  members,
  queryId,
  rowFile,
  rowFiles,
  task,
  useDirectory,
  writer,
} from './write-archive.ts';

useDirectory();

test('stores members with the contract’s names, the date of the task and correct checksums', async () => {
  const archive = await writer().write(await jsonRows(5), task());
  expect(archive.path).toBe(path.join(directory(), `OfflineQueryResult-${queryId}.zip`));
  expect(await readdir(directory())).toEqual([`OfflineQueryResult-${queryId}.zip`]);
  const [member, ...others] = await members(archive.path);
  expect(others).toEqual([]);
  expect(member?.entry.fileName).toBe(`QueryResult-${queryId}-000000000000.json.gz`);
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

test('writes one part without rows: an empty one of 20 bytes in JSON, the header in CSV', async () => {
  const json = await writer().write(await jsonRows(0), task());
  expect(json).toMatchObject({ rows: 0, gzipBytes: 20 });
  expect((await members(json.path)).map(({ bytes }) => gunzipSync(bytes).toString())).toEqual(['']);

  const table = await writer().write(await csvRows(0), task({ queryId: 'empty', output: csv }));
  expect(table.rows).toBe(0);
  const found = await members(table.path);
  expect(found.map(({ entry }) => entry.fileName)).toEqual(['QueryResult-empty-000000000000.csv.gz']);
  expect(found.map(({ bytes }) => gunzipSync(bytes).toString())).toEqual(['apiproxy,tps\n']);
});

test('reports a share of the rows that grows over all parts and ends at 1', async () => {
  const shares: number[] = [];
  const onProgress = (share: number) => void shares.push(share);
  await writer(1_000_000).write(await jsonRows(100_000), task({ onProgress }));
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.length).toBeGreaterThan(3);
  expect(shares.at(-1)).toBe(1);
});

test('rejects with the reason of an abort and leaves no file', async () => {
  const stop = new AbortController();
  const reason = new Error('the lease was lost');
  const onProgress = (share: number) => {
    if (share > 0.3) stop.abort(reason);
  };
  const writing = writer(100_000).write(await jsonRows(100_000), task({ signal: stop.signal, onProgress }));
  await expect(writing).rejects.toBe(reason);
  expect(await readdir(directory())).toEqual([]);
});

test('requests the next file of rows while it packs the current one', async () => {
  const seen: (readonly string[])[] = [];
  async function* files(): AsyncGenerator<RowFile> {
    yield* await rowFile(jsonLines(0, 10), 10, 'first');
    seen.push(readdirSync(directory()));
    yield* await rowFile(jsonLines(10, 20), 10, 'second');
  }
  const shares: number[] = [];
  const onProgress = (share: number) => void shares.push(share);
  expect(await writer().write(files(), task({ onProgress }))).toMatchObject({ rows: 20 });
  expect(seen).toEqual([[`OfflineQueryResult-${queryId}.zip`]]);
  expect(shares).toEqual([1]);
});

test('rejects with the error of the row files and leaves no file', async () => {
  const reason = new Error('the engine has no memory');
  async function* files(): AsyncGenerator<RowFile> {
    yield* await rowFile(jsonLines(0, 50_000), 50_000);
    throw reason;
  }
  await expect(writer(100_000).write(files(), task())).rejects.toBe(reason);
  expect(await readdir(directory())).toEqual([]);
});

test('rejects an aborted task without requesting rows or leaving a file', async () => {
  const reason = new Error('stop');
  const unread = rowFiles([['a row\n']]);
  const writing = writer().write(unread, task({ signal: AbortSignal.abort(reason) }));
  await expect(writing).rejects.toBe(reason);
  expect(await readdir(directory())).toEqual([]);
});

test('unlinks the file of rows before it packs them, so that a killed process leaves none', async () => {
  const seen: string[][] = [];
  const onProgress = () => void seen.push(readdirSync(directory()));
  await writer().write(await jsonRows(10), task({ onProgress }));
  expect(seen).toEqual([[`OfflineQueryResult-${queryId}.zip`]]);
});

test.runIf(process.platform === 'linux')(
  'rejects with the system’s error when the disk is full and leaves no file',
  async () => {
    await symlink('/dev/full', path.join(directory(), `OfflineQueryResult-${queryId}.zip`));
    await expect(writer().write(await jsonRows(2000), task())).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await readdir(directory())).toEqual([]);
  },
);

test('puts size and checksum of each member before its bytes, as readers of a ZIP stream need', async () => {
  const { path: file } = await writer(60).write(await jsonRows(5), task());
  const bytes = await readFile(file);
  let members = 0;
  // Walks the local headers from the start, by their fields alone (APPNOTE, section 4.3.7).
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

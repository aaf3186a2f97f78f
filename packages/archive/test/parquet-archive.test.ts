import { createPublicKey } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outputColumns, type Plan } from '@hourglass/query';
import type { OpenResult } from '@hourglass/reports';
import { archiveMembers, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { createDuckDbEngine } from '../../engine-duckdb/src/index.ts';
import { linesOf, planOf, startMs, taskOver } from '../../engine-duckdb/test/hot-facts-file.ts';
import { createArchiveReader, createArchiveWriter } from '../src/index.ts';
import { readManifest, signManifest } from '../src/manifest/manifest.ts';
import { unpackParts, verifyArchive } from '../src/verify.ts';
import { undetectedFlips } from './flip-bytes.ts';
import { signingKey } from './signed-archive.ts';

const publicKey = createPublicKey(signingKey);
const { signal } = new AbortController();
const output: Plan['output'] = { format: 'parquet' };
const plan = planOf({
  metrics: [
    { metric: 'message_count', function: 'sum', alias: '__proto__' },
    { metric: 'message_count', function: 'avg', alias: 'avg' },
  ],
  dimensions: ['apiproxy', 'response_status_code', 'created'],
  timeUnit: 'minute',
  output,
});

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const engine = (parquetFileBytes?: number) =>
  createDuckDbEngine({
    directory: folder.path,
    memoryMb: 256,
    threads: 1,
    maxConcurrentRuns: 1,
    ...(parquetFileBytes !== undefined && { parquetFileBytes }),
  });

/** Texts of an archive that readers may take for something else. */
const names = ['é "x"', '', '(not set)', '\u{feff}', '\u{1f600}', '-0', 'null'];

const taskOf = (facts: number, format = plan) =>
  taskOver(
    Array.from({ length: facts }, (_, index) => ({
      environment_id: 7,
      timestamp: startMs + (index % 3_600) * 1_000,
      message_count: index % 5 === 0 ? null : BigInt(index) * 2n ** 30n,
      apiproxy: index < names.length ? (names[index] ?? null) : `proxy ${index}`,
      response_status_code: index % 3 === 0 ? null : -index,
      created: index % 2 === 0 ? null : startMs + index,
    })),
    { plan: format, directory: folder.path, signal },
  );

/** Writes the report over that many facts to a signed archive, and returns its path. */
async function archiveOf(facts: number, fileBytes?: number): Promise<string> {
  const task = await taskOf(facts);
  const writer = createArchiveWriter({
    threads: 1,
    manifest: { hourglassVersion: '0.1.0', signingKey: async () => signingKey },
  });
  const archive = await writer.write(engine(fileBytes).writeRows(task), {
    queryId: '9cfc0d85-0f30-46d6-ae6f-318d0cb961bd',
    columns: outputColumns(task),
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

async function jsonLines(facts: number): Promise<string[]> {
  const task = await taskOf(facts, { ...plan, output: { format: 'json' } });
  const { text } = await linesOf(engine().writeRows(task));
  return text.split('\n').slice(0, -1);
}

async function rowsOf(file: string): Promise<string[]> {
  const { size: bytes } = await stat(file);
  const archive: OpenResult = {
    object: { bytes, etag: 'e' },
    read: async (range = { start: 0, endExclusive: bytes }) =>
      createReadStream(file, { start: range.start, end: range.endExclusive - 1 }),
  };
  const layout = { columns: outputColumns(await taskOf(0)), output };
  const rows: string[] = [];
  for await (const batch of createArchiveReader().rows(archive, layout)) rows.push(...batch);
  return rows;
}

test('has a member for each file, which another reader reads, and is verified to the last byte', async () => {
  const file = await archiveOf(12_000, 60_000);
  const manifest = await verifyArchive(file, publicKey);
  const members = await archiveMembers(await readFile(file));
  expect(members.length).toBeGreaterThan(3);
  expect(manifest.rows).toBe(12_000);
  expect(manifest.parts.map(({ name }) => name)).toEqual(
    members
      .slice(0, -1)
      .map((_, part) => `QueryResult-9cfc0d85-0f30-46d6-ae6f-318d0cb961bd-00000000000${part}.parquet`),
  );
  expect(manifest.parts.map(({ bytes, gzipBytes }) => [bytes, gzipBytes])).toEqual(
    members.slice(0, -1).map(({ bytes }) => [bytes.length, bytes.length]),
  );
  const single = await archiveOf(12);
  expect(await undetectedFlips(single, () => verifyArchive(single, publicKey))).toEqual([]);
});

test('a signed number of rows that is wrong is detected', async () => {
  const bytes = await readFile(await archiveOf(3));
  const text = String((await archiveMembers(bytes)).pop()?.bytes);
  const { signature: _signature, keyId: _keyId, ...manifest } = readManifest(Buffer.from(text), publicKey);
  const parts = manifest.parts.map((part) => ({ ...part, rows: 4 }));
  const wrong = signManifest({ ...manifest, parts, rows: 4 }, signingKey);
  const changed = path.join(folder.path, 'changed.zip');
  await writeFile(changed, Buffer.from(bytes.toString('latin1').replace(text, wrong), 'latin1'));
  await expect(verifyArchive(changed, publicKey)).rejects.toThrow(/: 3 rows; expected 4/);
});

test.each([0, 1, 30_000])('the rows read from an archive of %i facts are those of JSON', async (facts) => {
  const expected = await jsonLines(facts);
  expect(await rowsOf(await archiveOf(facts, 100_000))).toEqual(expected);
  expect(expected).toHaveLength(facts);
});

test('a damaged part is never read as rows', async () => {
  const file = await archiveOf(40);
  const bytes = await readFile(file);
  const [part] = await archiveMembers(bytes);
  const start = (part?.offset ?? 0) + 30 + (part?.name.length ?? 0);
  const damaged = path.join(folder.path, 'damaged.zip');
  for (let offset = 4; offset < (part?.bytes.length ?? 0); offset += 37) {
    const changed = Buffer.from(bytes);
    changed[start + offset] = (changed[start + offset] ?? 0) ^ 1;
    await writeFile(damaged, changed);
    await expect(rowsOf(damaged), `byte ${offset}`).rejects.toThrow(/differs from its checksum/);
  }
});

test('one file is unpacked as it is, several are not joined', async () => {
  const unpack = async (archive: string) => {
    const file = await open(archive);
    const sink = new PassThrough();
    const bytes = buffer(sink);
    bytes.catch(() => undefined);
    try {
      await unpackParts(file.fd, sink, { signal });
      sink.end();
      return await bytes;
    } finally {
      sink.destroy();
      await file.close();
    }
  };
  const single = await archiveOf(12);
  const [only] = await archiveMembers(await readFile(single));
  expect((await unpack(single)).equals(only?.bytes ?? Buffer.alloc(0))).toBe(true);
  await expect(unpack(await archiveOf(12_000, 60_000))).rejects.toThrow(/\d files of their own/);
});

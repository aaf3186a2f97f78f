import { createPublicKey } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindPlan, catalogue, outputColumns } from '@hourglass/query';
import { ReportImpossible, type OpenResult } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { createDuckDbEngine } from '../../engine-duckdb/src/index.ts';
import { planOf, taskOverMany } from '../../engine-duckdb/test/hot-facts-file.ts';
import { createArchiveReader, createArchiveWriter } from '../src/index.ts';
import { verifyArchive } from '../src/verify.ts';
import { signingKey } from './signed-archive.ts';

const { signal } = new AbortController();
const output = { format: 'xlsx' } as const;
const plan = planOf({ output });
const columns = outputColumns(bindPlan(plan, catalogue));

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** Writes a report with a row for each fact. */
async function archiveOf(facts: number) {
  const directory = folder.path;
  const engine = createDuckDbEngine({ directory, memoryMb: 512, threads: 2, maxConcurrentRuns: 1 });
  const task = await taskOverMany(facts, { plan, directory, signal });
  const writer = createArchiveWriter({
    threads: 1,
    manifest: { hourglassVersion: '0.1.0', signingKey: async () => signingKey },
  });
  return writer.write(engine.writeRows(task), {
    queryId: '9cfc0d85-0f30-46d6-ae6f-318d0cb961bd',
    columns,
    output,
    directory,
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
}

test('a sheet holds 1,048,575 rows, in order', async () => {
  const archive = await archiveOf(1_048_575);
  expect(archive.rows).toBe(1_048_575);
  expect((await verifyArchive(archive.path, createPublicKey(signingKey))).rows).toBe(1_048_575);
  const opened: OpenResult = {
    object: { bytes: archive.bytes, etag: 'e' },
    read: async (range = { start: 0, endExclusive: archive.bytes }) =>
      createReadStream(archive.path, { start: range.start, end: range.endExclusive - 1 }),
  };
  let last = '';
  let rows = 0;
  for await (const batch of createArchiveReader().rows(opened, { columns, output }))
    for (const line of batch) {
      if (line <= last) throw new Error(`${line} comes after ${last}`);
      last = line;
      rows += 1;
    }
  expect(rows).toBe(1_048_575);
});

test('a report with more rows is impossible', async () => {
  for (const facts of [1_048_576, 1_500_000])
    await expect(archiveOf(facts)).rejects.toEqual(new ReportImpossible('sheetRows', { rows: 1_048_575 }));
});

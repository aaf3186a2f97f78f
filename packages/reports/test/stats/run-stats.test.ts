import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { catalogue } from '@hourglass/query';
import { expect, onTestFinished, test } from 'vitest';
import { createKeyedSemaphore, type ReportEngine, type RowBatch } from '../../src/index.ts';
import { runStats, type RunStatsPorts } from '../../src/stats/run-stats.ts';

const tenant = { organization: 'acme', environment: 'prod', environmentId: 1 };
const request = {
  dimensions: ['apiproxy'],
  select: 'sum(message_count)',
  timeRange: '03/01/2026 00:00~03/02/2026 00:00',
};
const { signal } = new AbortController();

/** A factory of ports without facts, whose engine returns one row. */
async function statsPorts() {
  const scratchDirectory = await mkdtemp(path.join(tmpdir(), 'hourglass-stats-'));
  onTestFinished(() => rm(scratchDirectory, { recursive: true }));
  async function* run(): AsyncGenerator<RowBatch> {
    yield await Promise.resolve({ rowCount: 1, columns: [['5'], ['p1']] });
  }
  const semaphore = createKeyedSemaphore({ permits: 1, permitsPerKey: 1 });
  const snapshot = { hotFactsPath: '', hotRows: 0, segments: [], expiredBeforeMs: null, watermark: null };
  const ports: RunStatsPorts = {
    catalogue,
    customFields: { find: () => Promise.resolve({ fields: [] }) },
    factSource: { snapshot: () => Promise.resolve({ ...snapshot, takenAt: new Date(0) }) },
    segmentFiles: { place: () => Promise.resolve([]) },
    engine: { identity: { name: 'DuckDB', version: '1' }, run } as unknown as ReportEngine,
    semaphore,
    scratchDirectory,
    nowMs: () => 0,
    newId: () => 'run',
  } as unknown as RunStatsPorts;
  return { ports, semaphore, scratchDirectory };
}

test('a permit covers the answer that is made of the statistics, and is free again afterwards', async () => {
  const { ports, semaphore, scratchDirectory } = await statsPorts();
  const held: number[] = [];
  const answer = await runStats(
    { request, dataset: 'api', tenant },
    {
      ...ports,
      present(stats) {
        held.push(semaphore.held());
        return Promise.resolve(stats.groups.map(({ dimensions }) => dimensions));
      },
    },
    signal,
  );
  expect(answer).toEqual([['p1']]);
  expect(held).toEqual([1]);
  await expect.poll(() => semaphore.held()).toBe(0);
  expect(await readdir(scratchDirectory)).toEqual([]);
});

test('an answer that cannot be made frees the permit and removes the files', async () => {
  const { ports, semaphore, scratchDirectory } = await statsPorts();
  const failure = new Error('the client is gone');
  const present = () => Promise.reject(failure);
  const run = runStats({ request, dataset: 'api', tenant }, { ...ports, present }, signal);
  await expect(run).rejects.toBe(failure);
  await expect.poll(() => semaphore.held()).toBe(0);
  expect(await readdir(scratchDirectory)).toEqual([]);
});

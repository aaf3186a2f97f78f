import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ObjectStore } from '@hourglass/reports';
import {
  clusterSize,
  connectDatabase,
  isServiceMissing,
  printFigure,
  readArchive,
  s3ServerProblem,
  temporaryFolder,
  type ClickHouseCluster,
  type RunningSystem,
  type TemporaryFolder,
} from '@hourglass/testing';
import { engineOf, startClusterSystem, type ClusterSystem } from './cluster-system.ts';

const isStoreMissing = isServiceMissing({
  service: 'an S3-compatible server',
  problem: s3ServerProblem(),
  environment: process.env,
});
const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 4, 1);
const timeRange = { start: '2026-05-01T00:00:00Z', end: '2026-05-11T00:00:00Z' };
/** Whole, so that a cluster computes it with one statement. */
const byProxy = {
  metrics: [
    { name: 'message_count', alias: 'calls' },
    { name: 'total_response_time', function: 'p50', alias: 'median' },
  ],
  dimensions: ['apiproxy'],
  timeRange,
};

describe.skipIf(isStoreMissing)('queries on a cluster', () => {
  let folder: TemporaryFolder;
  let started: ClusterSystem;
  let cluster: ClickHouseCluster;
  let system: RunningSystem;
  let objects: ObjectStore;
  let clusterOnly: ClusterSystem['clusterOnly'];
  beforeAll(async () => {
    [folder, started] = await Promise.all([temporaryFolder(), startClusterSystem(2)]);
    ({ cluster, system, objects, clusterOnly } = started);
    for (let day = 0; day < 10; day += 1) await system.client.sendFacts(factsOf(day, 60));
    await system.client.sendFacts(factsOf(9, 7));
    await system.clientOf(system.organization, 'test').sendFacts(factsOf(3, 80));
  }, 600_000);
  afterAll(async () => {
    await started.stop();
    await folder.remove();
  });

  /** Facts of two proxies in turn, with the response times 0, 1, 2, … milliseconds. */
  function factsOf(day: number, count: number) {
    return Array.from({ length: count }, (_, index) => ({
      timestamp: startMs + day * dayMs + index * 1000,
      apiproxy: index % 2 === 0 ? 'even' : 'odd',
      total_response_time: index,
    }));
  }

  /** Ten days of 60 facts, and seven hot ones. */
  const all = [...Array.from({ length: 10 }, () => 60), 7];
  const expectedOf = (days: readonly number[]) =>
    [0, 1].map((remainder) => {
      const times = days
        .flatMap((count) => Array.from({ length: count }, (_, index) => index))
        .filter((index) => index % 2 === remainder)
        .sort((one, other) => one - other);
      const middle = (times.length - 1) / 2;
      const [low, high] = [times[Math.floor(middle)], times[Math.ceil(middle)]] as [number, number];
      return { apiproxy: remainder === 0 ? 'even' : 'odd', calls: times.length, median: (low + high) / 2 };
    });
  const rowsOf = (lines: string) =>
    lines
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const { apiproxy, calls, median } = JSON.parse(line) as Record<string, string>;
        return { apiproxy, calls: Number(calls), median: Number(median) };
      });

  test('read sealed and hot facts of their environment only, and leave nothing in the store', async () => {
    await started.withWorker(clusterOnly, async () => {
      const id = await system.client.submit(byProxy);
      expect(await system.client.ended(id)).toMatchObject({ state: 'completed', rowsScanned: 607 });
      expect(rowsOf(await system.client.report({ ...byProxy, reuse: false }))).toEqual(expectedOf(all));
      expect(await engineOf(system.client, id)).toEqual({
        name: 'ClickHouse',
        version: expect.stringMatching(/^26\./) as string,
      });
      for await (const { key } of objects.list('archives/')) expect(key).toMatch(/\.zip$/);
      const parquet = await system.client.submit({ ...byProxy, outputFormat: 'parquet' });
      expect(await system.client.ended(parquet)).toMatchObject({ state: 'completed' });
      expect(await engineOf(system.client, parquet)).toMatchObject({ name: 'ClickHouse' });
    });
  });

  test('leave out facts that were deleted while their segments still have them', async () => {
    const client = system.clientOf(system.organization, 'test');
    await client.sendFacts(factsOf(5, 60));
    const { batches } = (await (await client.request('/batches')).json()) as {
      readonly batches: readonly { readonly batch: string; readonly facts: number }[];
    };
    const first = batches.find(({ facts }) => facts === 80);
    expect((await client.request(`/batches/${first?.batch}`, { method: 'DELETE' })).ok).toBe(true);
    await started.withWorker(clusterOnly, async () => {
      expect(rowsOf(await client.report(byProxy))).toEqual(expectedOf([60]));
    });
  });

  test('fail while a segment is another object of the same size', async () => {
    const database = await connectDatabase(system.databaseUrl);
    const [segment] = await database.sql<{ key: string; etag: string | null }>(
      `select object_key as key, etag from segments where state = 'live' and first_at >= '2026-05-09' limit 1`,
    );
    await database.end();
    expect(segment?.etag).toMatch(/./);
    const key = segment?.key ?? '';
    const stored = await objects.read(key);
    if (stored === null) throw new Error('no segment');
    const bytes = await buffer(stored);
    const put = async (content: Buffer) => {
      const file = path.join(folder.path, 'object');
      await writeFile(file, content);
      await objects.putFile(key, file, { contentType: 'application/octet-stream' });
    };
    await put(Buffer.concat([bytes.subarray(0, -1), Buffer.from([0])]));
    await started.withWorker(clusterOnly, async () => {
      const id = await system.client.submit({ ...byProxy, reuse: false });
      const ended = await system.client.ended(id);
      expect(ended).toMatchObject({ state: 'failed' });
      expect(JSON.stringify(ended)).toContain('The object store is not available');
      await put(bytes);
      expect(rowsOf(await system.client.report({ ...byProxy, reuse: false }))).toEqual(expectedOf(all));
    });
  });

  test('are answered by the other node while one is dead', async () => {
    await cluster.nodes[0]?.kill();
    await started.withWorker(clusterOnly, async () => {
      for (let round = 0; round < 4; round += 1) {
        const query = { ...byProxy, reuse: false };
        expect(rowsOf(await system.client.report(query))).toEqual(expectedOf(all));
      }
    });
    await cluster.nodes[0]?.start();
  });

  test('are all right while nodes are killed and started again', async () => {
    const rounds = clusterSize({ short: 2, full: 20 });
    await started.withWorker(clusterOnly, async () => {
      for (let round = 0; round < rounds; round += 1) {
        const node = cluster.nodes[round % 2];
        const ids = await Promise.all(Array.from({ length: 4 }, () => system.client.submit(byProxy)));
        await system.client.reaches(ids[0] ?? '', 'runs', ({ state }) => state !== 'enqueued');
        await node?.kill();
        await node?.start();
        for (const id of ids) {
          expect(await system.client.ended(id)).toMatchObject({ state: 'completed' });
          const parts = await readArchive(await system.client.archive(id));
          expect(rowsOf(parts.map(({ text }) => text).join(''))).toEqual(expectedOf(all));
        }
      }
    });
    printFigure('cluster: nodes killed under queries', { kills: rounds, queries: 4 * rounds, wrong: 0 });
  }, 1_800_000);

  test('wait for a cluster that they need, and run in the worker if they may', async () => {
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    const auto = { HOURGLASS_ENGINE: 'auto', HOURGLASS_CLUSTER_MIN_FACTS: '1' };
    await started.withWorker(auto, async (worker) => {
      expect(rowsOf(await system.client.report({ ...byProxy, reuse: false }))).toEqual(expectedOf(all));
      expect(worker.output()).toContain('the cluster is not available; the report is computed here');
      const metrics = await (await fetch(`${system.url}/metrics`)).text();
      expect(metrics).toContain('hourglass_cluster_fallbacks_total 1');
    });
    const needing = system.startWorker(clusterOnly);
    expect((await needing.exited).code).not.toBe(0);
    expect(needing.output()).toContain('CLICKHOUSE_URLS');
    await Promise.all(cluster.nodes.map((node) => node.start()));
    await started.withWorker(clusterOnly, async () => {
      const id = await system.client.submit({ ...byProxy, reuse: false });
      expect(await system.client.ended(id)).toMatchObject({ state: 'completed' });
      expect(await engineOf(system.client, id)).toMatchObject({ name: 'ClickHouse' });
    });
  });

  test('say in a dry run which engine would compute them, and why', async () => {
    const explained = async (query: object) => {
      const response = await system.client.request('/queries?dryRun=true', {
        method: 'POST',
        body: JSON.stringify(query),
      });
      return ((await response.json()) as { readonly engine: unknown }).engine;
    };
    expect(await explained(byProxy)).toEqual({ name: 'DuckDB', reason: 'It has fewer than 50000000 facts.' });
    const estimated = { name: 'client_ip', function: 'approx_distinct', alias: 'clients' };
    expect(await explained({ ...byProxy, metrics: [estimated] })).toEqual({
      name: 'DuckDB',
      reason: 'It runs here, because the estimate of approx_distinct depends on the engine.',
    });
    const database = await connectDatabase(system.databaseUrl);
    const deletions = Array.from({ length: 1_001 }, (_, batch) => ({ batchSeq: `-${batch + 1}` }));
    await database.sql(`update segments set deletions = '${JSON.stringify(deletions)}' where state = 'live'`);
    await database.end();
    expect(await explained(byProxy)).toEqual({
      name: 'DuckDB',
      reason: 'Its segments still contain the facts of more than 1000 deletions.',
    });
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openObjectStore } from '@hourglass/object-store';
import type { ObjectStore } from '@hourglass/reports';
import {
  archiveMembers,
  isServiceMissing,
  s3ServerProblem,
  startClickHouseCluster,
  startS3Server,
  startSystem,
  type ClickHouseCluster,
  type NodeProcess,
  type RunningSystem,
  type S3Server,
} from '@hourglass/testing';

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
  let store: S3Server;
  let cluster: ClickHouseCluster;
  let system: RunningSystem;
  let objects: ObjectStore;
  let clusterOnly: Readonly<Record<string, string>>;
  beforeAll(async () => {
    store = await startS3Server();
    const bucket = { ...store, bucket: 'hourglass', region: 'us-east-1', forcePathStyle: true };
    objects = await openObjectStore({ folder: '', s3: bucket });
    cluster = await startClickHouseCluster(2, bucket);
    system = await startSystem({
      worker: false,
      env: {
        S3_ENDPOINT: store.endpoint,
        S3_BUCKET: bucket.bucket,
        S3_ACCESS_KEY_ID: store.accessKeyId,
        S3_SECRET_ACCESS_KEY: store.secretAccessKey,
        // Larger batches become segments at once; smaller ones stay hot.
        HOURGLASS_BULK_BATCH_ROWS: '50',
        HOURGLASS_SEAL_AFTER_SECONDS: '3600',
        HOURGLASS_RETRY_DELAY_SECONDS: '0',
        ...cluster.settings,
      },
    });
    clusterOnly = { HOURGLASS_ENGINE: 'clickhouse' };
    for (let day = 0; day < 10; day += 1) await system.client.sendFacts(factsOf(day, 60));
    await system.client.sendFacts(factsOf(9, 7));
    await system.clientOf(system.organization, 'test').sendFacts(factsOf(3, 80));
  }, 600_000);
  afterAll(async () => {
    await system.stop();
    await cluster.stop();
    await store.stop();
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

  /** The engine that the manifest of a result names. */
  async function engineOf(id: string): Promise<unknown> {
    const members = await archiveMembers(await system.client.archive(id));
    const manifest = members.find(({ name }) => name === 'manifest.json');
    return (JSON.parse(String(manifest?.bytes)) as { readonly engine: unknown }).engine;
  }

  async function withWorker(
    settings: Readonly<Record<string, string>>,
    work: (worker: NodeProcess) => Promise<void>,
  ) {
    const worker = system.startWorker(settings);
    try {
      await work(worker);
    } finally {
      await worker.stop();
    }
  }

  test('read sealed and hot facts of their environment only, and leave nothing in the store', async () => {
    await withWorker(clusterOnly, async () => {
      const id = await system.client.submit(byProxy);
      expect(await system.client.ended(id)).toMatchObject({ state: 'completed', rowsScanned: 607 });
      expect(rowsOf(await system.client.report({ ...byProxy, reuse: false }))).toEqual(expectedOf(all));
      expect(await engineOf(id)).toEqual({
        name: 'ClickHouse',
        version: expect.stringMatching(/^26\./) as string,
      });
      for await (const { key } of objects.list('archives/')) expect(key).toMatch(/\.zip$/);
      // DuckDB writes it.
      const parquet = await system.client.submit({ ...byProxy, outputFormat: 'parquet' });
      expect(await system.client.ended(parquet)).toMatchObject({ state: 'completed' });
      expect(await engineOf(parquet)).toMatchObject({ name: 'DuckDB' });
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
    await withWorker(clusterOnly, async () => {
      expect(rowsOf(await client.report(byProxy))).toEqual(expectedOf([60]));
    });
  });

  test('are answered by the other node while one is dead', async () => {
    await cluster.nodes[0]?.kill();
    await withWorker(clusterOnly, async () => {
      for (let round = 0; round < 4; round += 1) {
        const query = { ...byProxy, reuse: false };
        expect(rowsOf(await system.client.report(query))).toEqual(expectedOf(all));
      }
    });
    await cluster.nodes[0]?.start();
  });

  test('wait for a cluster that they need, and run in the worker if they may', async () => {
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    const auto = { HOURGLASS_ENGINE: 'auto', HOURGLASS_CLUSTER_MIN_FACTS: '1' };
    await withWorker(auto, async (worker) => {
      expect(rowsOf(await system.client.report({ ...byProxy, reuse: false }))).toEqual(expectedOf(all));
      expect(worker.output()).toContain('the cluster is not available; the report is computed here');
    });
    const needing = system.startWorker(clusterOnly);
    expect((await needing.exited).code).not.toBe(0);
    expect(needing.output()).toContain('CLICKHOUSE_URLS');
    await Promise.all(cluster.nodes.map((node) => node.start()));
    await withWorker(clusterOnly, async () => {
      const id = await system.client.submit({ ...byProxy, reuse: false });
      expect(await system.client.ended(id)).toMatchObject({ state: 'completed' });
      expect(await engineOf(id)).toMatchObject({ name: 'ClickHouse' });
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
    expect(await explained({ ...byProxy, outputFormat: 'parquet' })).toEqual({
      name: 'DuckDB',
      reason: 'It runs here, because DuckDB writes the files of parquet.',
    });
  });
});

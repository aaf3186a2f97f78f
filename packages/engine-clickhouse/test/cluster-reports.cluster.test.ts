import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDuckDbEngine } from '@hourglass/engine-duckdb';
import { openObjectStore, prepareObjectStore } from '@hourglass/object-store';
import {
  bindPlan,
  catalogue,
  clickhouseRefusal,
  hotFactsColumns,
  planQuery,
  type Plan,
} from '@hourglass/query';
import {
  ReportImpossible,
  ServiceUnavailable,
  type EngineTask,
  type FactObjects,
  type ObjectTask,
  type ObjectStore,
  type ReportEngine,
} from '@hourglass/reports';
import {
  clusterSize,
  eventually,
  isServiceMissing,
  s3ServerProblem,
  startClickHouseCluster,
  startS3Server,
  temporaryFolder,
  type ClickHouseCluster,
  type S3Server,
  type TemporaryFolder,
} from '@hourglass/testing';
import { writeCopiedFacts } from '../../engine-duckdb/test/copied-facts-file.ts';
import { linesOf, planOf, startMs, taskOver, type Fact } from '../../engine-duckdb/test/hot-facts-file.ts';
import { parquetOf } from '../../engine-duckdb/test/parquet-text.ts';
import { createClickHouseEngine, type ClickHouseEngine } from '../src/index.ts';
import { placeFacts, placements, type PlacedFacts } from './placed-facts.ts';
import { features, featuresOf } from './plan-features.ts';
import { randomDatasets, type RandomDataset } from './random-datasets.ts';

const plans = clusterSize({ short: 300, full: 2_000 });
/** Each release of ClickHouse should be compared over several. */
const seed = Number(process.env['CLICKHOUSE_SEED'] ?? 1);
/** Plans over the same placement of facts, most of them of the gateway's dataset. */
const plansOfPlacement = 50;
const plansOfOtherDataset = 5;
const signal = new AbortController().signal;
const isStoreMissing = isServiceMissing({
  service: 'an S3-compatible server',
  problem: s3ServerProblem(),
  environment: process.env,
});

describe.skipIf(isStoreMissing)('reports of two nodes of ClickHouse', () => {
  let folder: TemporaryFolder;
  let store: S3Server;
  let objects: ObjectStore;
  let cluster: ClickHouseCluster;
  let duckdb: ReportEngine;
  let clickhouse: ClickHouseEngine;
  beforeAll(async () => {
    [folder, store] = await Promise.all([temporaryFolder(), startS3Server()]);
    const bucket = { ...store, bucket: 'facts', region: 'us-east-1', forcePathStyle: true };
    const choice = { folder: folder.path, s3: bucket };
    await prepareObjectStore(choice);
    objects = await openObjectStore(choice);
    cluster = await startClickHouseCluster(2, bucket);
    duckdb = createDuckDbEngine({ directory: folder.path, memoryMb: 256, threads: 2, maxConcurrentRuns: 1 });
    clickhouse = createClickHouseEngine({
      ...cluster.options,
      memoryMb: 1024,
      timeoutMs: 60_000,
      minSliceFacts: 10,
    });
  }, 600_000);
  afterAll(async () => {
    await clickhouse.close();
    await cluster.stop();
    await store.stop();
    await folder.remove();
  });

  async function stored({ segments }: PlacedFacts, name: string): Promise<FactObjects['objects']> {
    return Promise.all(
      segments.map(async (segment, index) => {
        const key = `segments/1/api/${name}-${index}.parquet`;
        await objects.putFile(key, segment.path, { contentType: 'application/octet-stream' });
        return { ...segment, key };
      }),
    );
  }

  async function taskOf({ hot, segments, expiredBeforeMs }: PlacedFacts, plan: Plan): Promise<EngineTask> {
    const hotFactsPath = path.join(folder.path, 'hot.csv');
    const boundPlan = bindPlan(plan, catalogue);
    await writeCopiedFacts(hotFactsPath, hotFactsColumns(boundPlan), hot);
    const copied = { hotFactsPath, hotRows: hot.length, expiredBeforeMs };
    const facts = { ...copied, watermark: null, takenAt: new Date(0), segments };
    return { ...boundPlan, facts, directory: folder.path, signal };
  }

  /** Stores the hot facts as one more object. */
  async function objectsOf(task: EngineTask, sealed: FactObjects['objects']): Promise<FactObjects> {
    const hot = await duckdb.writeHotFacts({ ...task, signal });
    if (hot === null) return { ...task.facts, objects: sealed };
    const key = 'archives/1/hot-facts.parquet';
    await objects.putFile(key, hot.path, { contentType: 'application/octet-stream' });
    return { ...task.facts, objects: [...sealed, { ...hot, key }] };
  }

  /** As a worker does. */
  function writeOnCluster(task: ObjectTask & { readonly signal: AbortSignal }) {
    const rows = clickhouse.writeRows(task);
    return task.plan.output.format === 'parquet' ? duckdb.writeParquet({ ...task, shown: rows }) : rows;
  }

  const outputs = fc.constantFrom(
    { outputFormat: 'json' },
    { outputFormat: 'csv' },
    { outputFormat: 'csv', csvDelimiter: '|', csvSafe: true },
    { outputFormat: 'xlsx' },
    { outputFormat: 'parquet' },
  );
  const counts = { refused: 0, compared: 0, rows: 0, sliced: 0, limited: 0, repeated: 0 };
  const met = new Map<string, number>();

  async function compare(random: RandomDataset, placed: PlacedFacts, plansSeed: number): Promise<void> {
    const { dataset, context, requests } = random;
    const sealed = await stored(placed, `${dataset.name}-${plansSeed}`);
    const others = plansOfOtherDataset * (randomDatasets.length - 1);
    const numRuns = dataset.name === 'api' ? plansOfPlacement - others : plansOfOtherDataset;
    for (const [request, output] of fc.sample(fc.tuple(requests, outputs), { numRuns, seed: plansSeed })) {
      const planned = planQuery({ ...request, ...output }, context);
      if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
      const task = await taskOf(placed, planned.plan);
      if (clickhouseRefusal(task) !== null) {
        counts.refused += 1;
        continue;
      }
      const rowsOf = rowsOfFormat(task);
      const expected = await rowsOf(duckdb.writeRows(task));
      const facts = await objectsOf(task, sealed);
      const found = await answerOf(task, facts);
      expect(found.text).toBe(expected.text);
      counts.compared += 1;
      counts.rows += found.rows.reduce((sum, rows) => sum + rows, 0);
      const isSliced = found.rows.length > 1;
      counts.sliced += isSliced ? 1 : 0;
      counts.limited += isSliced && task.plan.limitRows !== null ? 1 : 0;
      for (const feature of featuresOf(task, placed)) met.set(feature, (met.get(feature) ?? 0) + 1);
    }
  }

  const rowsOfFormat = ({ plan }: EngineTask) => (plan.output.format === 'parquet' ? parquetOf : linesOf);

  /** Repeats an attempt, as the life of a query does, when a node ended while it computed. */
  function answerOf(task: EngineTask, facts: FactObjects) {
    return eventually('the cluster answers', () =>
      rowsOfFormat(task)(writeOnCluster({ ...task, facts, signal })).catch((error: unknown) => {
        if (!(error instanceof ServiceUnavailable)) throw error;
        counts.repeated += 1;
        return null;
      }),
    );
  }

  test('have the bytes of DuckDB, whatever is hot, in segments, hidden or without a column', async () => {
    await fc.assert(
      fc.asyncProperty(placements, fc.integer(), async (placement, plansSeed) => {
        for (const random of randomDatasets)
          await compare(random, await placeFacts(folder.path, random, placement), plansSeed);
      }),
      { numRuns: plans / plansOfPlacement, seed, endOnFailure: true },
    );
    console.info(`${JSON.stringify(counts)} of ${plans} plans: ${JSON.stringify(Object.fromEntries(met))}`);
    expect(counts.compared).toBeGreaterThan(0.75 * plans);
    expect(counts.sliced).toBeGreaterThan(counts.limited);
    expect(counts.limited).toBeGreaterThan(0);
    expect(counts.repeated).toBeLessThanOrEqual(0.1 * plans);
    // Otherwise the comparison would have lost a part of its subject unnoticed.
    const wanted = [...features, ...randomDatasets.map(({ dataset }) => `dataset ${dataset.name}`)];
    expect(wanted.filter((feature) => !met.has(feature))).toEqual([]);
  }, 3_600_000);

  /** Rows that the nodes have sent to the first node of a statement, which also sends to itself. */
  async function sentRows(): Promise<number> {
    const counts = await Promise.all(
      cluster.nodes.map(async (node) => {
        await node.run('system flush logs query_log');
        const sent = `select sum(result_rows) from system.query_log where type = 'QueryFinish' and not is_initial_query`;
        return Number(await node.run(sent));
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  test('send only groups that can be in the rows of a limit', async () => {
    // A parameter, like any text of a fact.
    const pathOf = (index: number) => `'\\\n"{p1}é😀/${(index * 7_919) % 2_000}`;
    const facts = Array.from({ length: 2_000 }, (_, index): Fact => {
      const request_path = index % 10 === 0 ? null : pathOf(index);
      return { environment_id: 7, timestamp: startMs + index, request_path };
    });
    const plan = planOf({ dimensions: ['request_path'], limitRows: 5 });
    const files = await taskOver(facts, { plan, directory: folder.path, signal });
    const task = { ...files, facts: await objectsOf(files, []) };
    const before = await sentRows();
    const found = await eventually('the cluster answers', () =>
      answered(linesOf(clickhouse.writeRows(task))),
    );
    expect(found.text).toBe((await linesOf(duckdb.writeRows(files))).text);
    const sent = await eventually('a node has sent rows', async () => (await sentRows()) - before || null);
    expect(sent).toBeLessThan(1_000);
  });

  const rates = ['2026-03-01,USD,0.9123456789', '2026-03-01,SEK,0.0871', '2026-03-02,USD,9999.9999999999'];
  const amounts = ['rate', 'taxAmount', 'revenueShareAmount'];
  const converted: Partial<Plan>[] = [
    {
      metrics: amounts.flatMap((metric) =>
        (['sum', 'avg', 'min', 'max'] as const).map((name) => ({
          ...{ metric, function: name, alias: `${metric}_${name}` },
        })),
      ),
      dimensions: ['currency', 'developer'],
      timeUnit: 'day',
    },
    {
      metrics: [
        { metric: 'rate', function: 'percentile', percentile: 50, alias: 'median' },
        { metric: 'revSharePct', function: null, alias: 'share' },
      ],
      dimensions: ['developer'],
      filter: { kind: 'compare', field: 'currency', type: 'text', operator: 'ne', value: 'usd' },
    },
    {
      metrics: amounts.map((metric) => ({ metric, function: null, alias: metric })),
      dimensions: ['currency'],
      timeUnit: null,
      perFact: { orderedBy: [] },
    },
  ];
  const transaction = fc.record({
    timestamp: fc.integer({ min: 0, max: 47 }).map((hour) => startMs + hour * 3_600_000),
    // Two of them have a capital letter of ASCII.
    currency: fc.constantFrom('USD', 'usd', 'EUR', 'eur'),
    developer: fc.constantFrom('one', 'two', null),
    ...Object.fromEntries(
      amounts.map((name) => [
        name,
        fc.oneof(
          fc.integer({ min: -3_000_000, max: 3_000_000 }).map((units) => (units / 1e6).toFixed(6)),
          fc.constantFrom('999999999999999999.999999', '-999999999999999999.999999', null),
        ),
      ]),
    ),
  });

  async function convertedTask(changes: Partial<Plan>, facts: readonly Fact[]) {
    const range = { startMs, endExclusiveMs: startMs + 2 * 86_400_000 };
    const plan = planOf({ dataset: 'mint', targetCurrency: 'EUR', range, ...changes });
    const task = await taskOver(facts, { plan, directory: folder.path, signal });
    const exchangeRatesPath = path.join(folder.path, 'rates.csv');
    await writeFile(exchangeRatesPath, ['day,currency,rate', ...rates, ''].join('\n'));
    const files = { ...task, facts: { ...task.facts, exchangeRatesPath } };
    return { files, objects: { ...files, facts: await objectsOf(files, []) } };
  }

  test.each(converted)('have the bytes of DuckDB with converted amounts: %#', async (changes) => {
    const random = fc.sample(transaction, { numRuns: 300, seed });
    const facts = random.map((each): Fact => ({ environment_id: 7, ...each }));
    const swedish = ['SEK', 'ſek', 'sek'].map(
      (currency) => ({ ...facts[0], currency, timestamp: startMs }) as Fact,
    );
    const task = await convertedTask(changes, [...facts, ...swedish]);
    const expected = await linesOf(duckdb.writeRows(task.files));
    expect(expected.text.length).toBeGreaterThan(100);
    const found = await eventually('the cluster answers', () =>
      answered(linesOf(clickhouse.writeRows(task.objects))),
    );
    expect(found.text).toBe(expected.text);
  });

  test.each([
    { name: 'a rate', fact: { currency: 'jpy' } },
    { name: 'a currency', fact: { currency: null } },
  ])('name the first amount without $name as DuckDB does', async ({ fact }) => {
    const without = { environment_id: 7, timestamp: startMs + 1, rate: '1', ...fact };
    const later = { ...without, timestamp: startMs + 86_400_000, currency: 'CHF' };
    const task = await convertedTask(converted[2] ?? {}, [later, without]);
    const expected = await linesOf(duckdb.writeRows(task.files)).catch((error: unknown) => error);
    expect(expected).toBeInstanceOf(ReportImpossible);
    const found = await eventually('the cluster answers', () =>
      answered(linesOf(clickhouse.writeRows(task.objects)).catch(impossible)),
    );
    expect(found).toEqual(expected);
  });
});

/** Null when a node ended while it computed: a query would be attempted again. */
const answered = <Result>(result: Promise<Result>): Promise<Result | null> =>
  result.catch((error: unknown) => {
    if (error instanceof ServiceUnavailable) return null;
    throw error;
  });

const impossible = (error: unknown) => {
  if (error instanceof ReportImpossible) return error;
  throw error;
};

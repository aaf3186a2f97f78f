import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindPlan, catalogue, factRowColumns, rankedRows, type Plan } from '@hourglass/query';
import type { FactFiles } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { copyFactsOfTopGroups, copyTopFacts } from '../src/copy-top-facts.ts';
import { createDuckDbEngine, createSegmentWriter } from '../src/index.ts';
import { createInstancePool } from '../src/instance-pool.ts';
import { createFactsView } from '../src/facts-view.ts';
import { writeCopiedFacts } from './copied-facts-file.ts';
import { planOf, rowsOf, startMs } from './hot-facts-file.ts';

const { signal } = new AbortController();
/** Paths, most of them of one fact. */
const groups = 60_000;
/** Nearly all of these have a fact that reaches the bound, but too few such facts. */
const largeGroups = 5;
const factsOfLargeGroup = 500;
const columns = factRowColumns([
  { name: 'client_ip', type: 'text' },
  { name: 'gateway_flow_id', type: 'text' },
  { name: 'request_path', type: 'text' },
  { name: 'request_verb', type: 'text' },
  { name: 'total_response_time', type: 'integer' },
]);

/** A number below 2^32 that looks like a random one. */
function scattered(index: number): number {
  const once = Math.imul(index + 1, 0x9e3779b1);
  const twice = Math.imul(once ^ (once >>> 15), 0x85ebca6b);
  return (twice ^ (twice >>> 13)) >>> 0;
}

const lines = Array.from({ length: groups }, (_, group) =>
  Array.from({ length: group < largeGroups ? factsOfLargeGroup : 1 }, (_fact, fact) => ({
    environment_id: 7,
    timestamp: startMs + (scattered(group * 1_000 + fact) % 3_600_000),
    client_ip: `10.0.0.${Math.floor(group / 4)}`,
    gateway_flow_id: `${group} ${fact}`,
    request_path: `/${String(group).padStart(6, '0')}`,
    request_verb: group % 2 === 0 ? 'GET' : 'POST',
    total_response_time: scattered(2 ** 25 + group * 1_000 + fact),
  })),
).flat();

let folder: TemporaryFolder;
let facts: FactFiles;
beforeAll(async () => {
  folder = await temporaryFolder();
  const csvPath = path.join(folder.path, 'sealed.csv');
  await writeCopiedFacts(csvPath, columns, lines);
  const writer = createSegmentWriter({ memoryMb: 256, threads: 1 });
  const segment = await writer.seal({ csvPath, columns, directory: folder.path, signal });
  facts = {
    hotFactsPath: path.join(folder.path, 'none.csv'),
    hotRows: 0,
    segments: [{ ...segment, deletions: [] }],
    expiredBeforeMs: null,
    watermark: null,
    takenAt: new Date(0),
  };
});
afterAll(() => folder.remove());

const p75 = {
  metric: 'total_response_time',
  function: 'percentile',
  percentile: 75,
  alias: 'value',
} as const;
const max = { metric: 'total_response_time', function: 'max', alias: 'value' } as const;
const topPaths: Partial<Plan> = {
  dimensions: ['request_path'],
  metrics: [p75],
  orderBy: [{ column: 'value', descending: true }],
  limitRows: 5,
};

/** The percentile of all facts of each path, by sorting: of n values the rank (n - 1) * 0.75, interpolated. */
function topByPercentile(limit: number): readonly (readonly [number, string])[] {
  const valuesOf = new Map<string, number[]>();
  for (const { request_path: name, total_response_time: value } of lines) {
    const values = valuesOf.get(name);
    if (values === undefined) valuesOf.set(name, [value]);
    else values.push(value);
  }
  const rows = [...valuesOf].map(([name, values]) => {
    const sorted = values.toSorted((a, b) => a - b);
    const rank = (sorted.length - 1) * 0.75;
    const [low = 0, high = 0] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
    const fraction = rank - Math.floor(rank);
    return [low * (1 - fraction) + high * fraction, name] as const;
  });
  return rows.toSorted(([a, left], [b, right]) => b - a || (left < right ? -1 : 1)).slice(0, limit);
}

test('the first rows by a percentile are those of all groups, sorted', async () => {
  const engine = createDuckDbEngine({
    directory: folder.path,
    memoryMb: 256,
    threads: 1,
    maxConcurrentRuns: 1,
    sampleFacts: 2_000,
  });
  const task = { ...bindPlan(planOf(topPaths), catalogue), facts, directory: folder.path, signal };
  expect(await rowsOf(engine.run(task))).toEqual(topByPercentile(5));
  // The same instance again.
  expect(await rowsOf(engine.run(task))).toEqual(topByPercentile(5));
});

describe('the facts that a report reads', () => {
  const limits = { memoryMb: 256, threads: 1, maxSpillMb: 64 };
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  async function copiedFacts(changes: Partial<Plan>, { countsValues = false } = {}) {
    const boundPlan = bindPlan(planOf({ ...topPaths, ...changes }), catalogue);
    await createFactsView(connection, facts, boundPlan);
    return copyTopFacts(
      connection,
      { ...boundPlan, facts },
      {
        sampleFacts: 2_000,
        sliceFacts: 1_000_000,
        parquetFileBytes: undefined,
        maxPartialRowsPerFact: 1,
        maxCoveringMs: 1_000,
        pool: createInstancePool(folder.path, limits),
        limits,
        maxSliceFacts: Infinity,
        countsValues,
      },
    );
  }

  test('are few if they are ordered by a percentile of many groups', async () => {
    const copied = await copiedFacts({});
    expect(copied).toBeGreaterThanOrEqual(5);
    expect(copied).toBeLessThan(factsOfLargeGroup);
  });

  test('are all of them if there are few groups, or too few for the limit', async () => {
    expect(await copiedFacts({ dimensions: ['request_verb'] })).toBeNull();
    expect(await copiedFacts({ limitRows: 1_000 })).toBeNull();
  });

  test('are all of them for a metric that takes less time than the bound', async () => {
    const byAddress = { dimensions: ['client_ip'] };
    expect(await copiedFacts({ ...byAddress, metrics: [max] })).toBeNull();
    expect(await copiedFacts(byAddress)).not.toBeNull();
    expect(await copiedFacts({ dimensions: ['gateway_flow_id'], metrics: [max] })).not.toBeNull();
  });

  test('are all of them after a report was too large, so that the bound is not what fails again', async () => {
    expect(await copiedFacts({}, { countsValues: true })).toBeNull();
  });

  test('leave out large groups with few values that reach the bound, also if the first facts do not show them', async () => {
    const boundPlan = bindPlan(planOf(topPaths), catalogue);
    const ranked = rankedRows(boundPlan);
    if (ranked === null) throw new Error('the report is not ordered by a metric of its values');
    const firstFacts = { startMs, endExclusiveMs: startMs + 1 };
    const task = { ...boundPlan, facts, ranked, oneIn: 16, firstFacts, maxTopShare: 0.01 };
    const copied = await copyFactsOfTopGroups(connection, task, { countsValues: false, limits });
    expect(copied).toBeGreaterThanOrEqual(5);
    expect(copied).toBeLessThan(factsOfLargeGroup);
  });
});

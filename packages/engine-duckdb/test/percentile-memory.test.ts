import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindPlan, catalogue, planQuery, planStats, type Plan } from '@hourglass/query';
import type { EngineTask } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { createDuckDbEngine } from '../src/index.ts';
import { createInstancePool } from '../src/instance-pool.ts';
import { fittingSliceFacts, withPercentileMethod } from '../src/percentile-memory.ts';
import { smallerTerms, type ReportTerms } from '../src/smaller-terms.ts';
import { createTimeSlices } from '../src/time-slices.ts';
import { linesOf, planOf, rowsOf, startMs, taskOver } from './hot-facts-file.ts';

const tenant = { organization: 'acme', environment: 'prod', environmentId: 7 };
const context = { catalogue, dataset: 'api', tenant, nowMs: startMs };
/** Their values need more than a quarter of 48 MB, and less of 256 MB. */
const count = 300_000;
const facts = Array.from({ length: count }, (_, index) => ({
  environment_id: 7,
  timestamp: startMs + index,
  apiproxy: `p${index % 3}`,
  // Each value once, in no order.
  total_response_time: (index * 7_919) % count,
  request_size: index % 100,
}));

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

function engineWith(memoryMb: number) {
  return createDuckDbEngine({ directory: folder.path, memoryMb, threads: 1, maxConcurrentRuns: 1 });
}

function termsOf(memoryMb: number): ReportTerms {
  const limits = { memoryMb, threads: 1, maxSpillMb: 1024 };
  const pool = createInstancePool(folder.path, limits);
  const sizes = { sampleFacts: 1, sliceFacts: count, parquetFileBytes: undefined, maxSliceFacts: Infinity };
  return { ...sizes, maxPartialRowsPerFact: 1, maxCoveringMs: 0, countsValues: false, limits, pool };
}

const taskOf = (plan: Plan): Promise<EngineTask> =>
  taskOver(facts, { plan, directory: folder.path, signal: new AbortController().signal });

test('percentiles are the same whether their values fit into memory or are counted', async () => {
  const planned = planQuery(
    {
      metrics: [
        { name: 'total_response_time', function: 'p95' },
        { name: 'request_size', function: 'p50' },
        { name: 'total_response_time', function: 'max' },
      ],
      dimensions: ['apiproxy'],
      timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
    },
    context,
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  const task = await taskOf(planned.plan);
  const [small, large] = [engineWith(48), engineWith(256)];
  const rows = await rowsOf(large.run(task));
  expect(await rowsOf(small.run(task))).toEqual(rows);
  // Independently: of the sorted values of each proxy, rank 0.95 (n - 1).
  const expected = ['p0', 'p1', 'p2'].map((proxy) => {
    const sorted = facts
      .filter(({ apiproxy }) => apiproxy === proxy)
      .map((fact) => fact.total_response_time)
      .toSorted((one, other) => one - other);
    const rank = 0.95 * (sorted.length - 1);
    const [low = 0, high = 0] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
    return low + (high - low) * (rank - Math.floor(rank));
  });
  expect(rows.map(([value]) => Number(value).toFixed(6))).toEqual(expected.map((value) => value.toFixed(6)));
  const written = await linesOf(large.writeRows(task));
  const counted = await linesOf(small.writeRows(task));
  expect(counted.text).toBe(written.text);
});

test('statistics are the same whether their values fit into memory or are counted', async () => {
  const planned = planStats(
    {
      select: 'p95(total_response_time),p50(request_size)',
      dimensions: ['apiproxy'],
      timeUnit: 'minute',
      limit: 2,
      timeRange: '03/01/2026 00:00~03/02/2026 00:00',
    },
    context,
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  const task = await taskOf(planned.plan);
  const rows = await rowsOf(engineWith(256).run(task));
  // The facts are a millisecond apart.
  expect(rows).toHaveLength(2 * 5);
  expect(await rowsOf(engineWith(48).run(task))).toEqual(rows);
});

test('a report that runs out of memory counts the values of its percentiles when it is computed again', async () => {
  const percentile = { metric: 'request_size', function: 'percentile', percentile: 5, alias: 'p' } as const;
  const task = { directory: folder.path, signal: new AbortController().signal };
  const nextTerms = async (plan: Plan) => smallerTerms(termsOf(48), await taskOver([], { ...task, plan }));
  expect(await nextTerms(planOf({ metrics: [percentile] }))).toMatchObject({ countsValues: true });
  // Without percentiles and slices nothing needs less memory.
  expect(await nextTerms(planOf({ dimensions: [] }))).toBeNull();
});

test('a slice has the facts whose values fit into memory', async () => {
  const planned = planQuery(
    {
      metrics: [{ name: 'total_response_time', function: 'p95' }],
      groupByTimeUnit: 'second',
      timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
    },
    context,
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  const { plan } = planned;
  const placed = { path: '', columns: [], deletions: [] };
  const segments = [{ ...placed, facts: count, firstMs: startMs, lastMs: startMs + count - 1 }];
  const facts = { segments, hotRows: 0 };
  const boundPlan = bindPlan(plan, catalogue);
  expect(withPercentileMethod(boundPlan, facts, termsOf(48)).countsValues).toBe(true);
  const slices = createTimeSlices(plan, segments, count, fittingSliceFacts(plan, termsOf(48).limits));
  let parts = 0;
  for (; slices.remaining !== null; parts += 1) {
    const part = { ...boundPlan, ...slices.next() };
    expect(withPercentileMethod(part, facts, termsOf(48)).countsValues).toBe(false);
    slices.recordWritten(1);
  }
  expect(parts).toBeGreaterThan(1);
});

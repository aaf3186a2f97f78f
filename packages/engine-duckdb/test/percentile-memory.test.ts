import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue, planQuery, planStats, type Plan } from '@hourglass/query';
import type { EngineTask } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { createDuckDbEngine } from '../src/index.ts';
import { linesOf, rowsOf, startMs, taskOver } from './hot-facts-file.ts';

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

test('statistics whose values do not fit into memory are refused before they are computed', async () => {
  const planned = planStats(
    {
      select: 'p95(total_response_time),p50(request_size)',
      dimensions: [],
      timeRange: '03/01/2026 00:00~03/02/2026 00:00',
    },
    context,
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  const task = await taskOf(planned.plan);
  await expect(rowsOf(engineWith(48).run(task))).rejects.toMatchObject({ failure: 'memory' });
  expect(await rowsOf(engineWith(256).run(task))).toHaveLength(1);
});

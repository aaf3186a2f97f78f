import { setTimeout as delay } from 'node:timers/promises';
import { connectDatabase, eventually, startSystem, suiteSize, type RunningSystem } from '@hourglass/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const count = suiteSize({ short: 60, full: Number(process.env['QUEUE_ETA_QUERIES'] ?? 500) });
const facts = 200_000;
const startMs = Date.parse('2026-03-01T00:00:00Z');

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ env: { HOURGLASS_ACTIVE_QUERIES: '1000' } });
  const lines = Array.from(
    { length: facts },
    (_, i) => `{"timestamp":${startMs + i * 400},"gateway_flow_id":"flow-${i}","apiproxy":"proxy-${i % 50}"}`,
  );
  const response = await system.client.request('/facts/api', { method: 'POST', body: lines.join('\n') });
  expect(response.status).toBe(201);
}, 120_000);
afterAll(() => system.stop());

/** Reports of a few rows and of one row for each fact, over hours and over the whole day. */
function mixedQuery(index: number): object {
  const hours = 1 + ((index * 7) % 24);
  const end = new Date(startMs + hours * 3_600_000).toISOString();
  const dimensions = [['apiproxy'], ['gateway_flow_id'], ['apiproxy', 'gateway_flow_id'], []][index % 4];
  return {
    metrics: [{ name: 'message_count', function: 'sum' }],
    ...(dimensions?.length === 0 ? {} : { dimensions }),
    ...(index % 3 === 0 ? { groupByTimeUnit: 'minute' } : {}),
    timeRange: { start: new Date(startMs).toISOString(), end },
  };
}

interface Predicted {
  readonly id: string;
  readonly atMs: number;
  readonly p50: number;
  readonly p90: number;
}

test('nine of ten mixed queries complete within the p90 that they show while they wait', async () => {
  const predicted: Predicted[] = [];
  for (let index = 0; predicted.length < count; index += 1) {
    const id = await system.client.submit(mixedQuery(index));
    const atMs = Date.now();
    const { queue } = await system.client.status(id);
    // Warm up: the first queries are those by which the machine is measured.
    if (queue !== undefined && index >= 20) predicted.push({ id, atMs, ...queue.eta });
    // Bursts, between which the queue becomes shorter.
    if (index % 17 === 0) await delay(((index * 31) % 5) * 1_000);
  }
  const database = await connectDatabase(system.databaseUrl);
  try {
    await eventually(
      'the end of all queries',
      async () => {
        const [row] = await database.sql<{ active: number }>(
          `select count(*)::integer as active from queries where state in ('enqueued', 'running')`,
        );
        return row?.active === 0 ? true : null;
      },
      { timeoutMs: 1_800_000 },
    );
    const rows = await database.sql<{ id: string; ended: Date }>(
      `select id, updated_at as ended from queries where state = 'completed'`,
    );
    const ends = new Map(rows.map(({ id, ended }) => [id, ended.getTime()]));
    const within = (quantile: 'p50' | 'p90') =>
      predicted.filter((one) => ((ends.get(one.id) ?? Infinity) - one.atMs) / 1000 <= one[quantile]).length /
      predicted.length;
    const waits = predicted
      .map(({ id, atMs }) => ((ends.get(id) ?? 0) - atMs) / 1000)
      .toSorted((one, other) => one - other);
    console.log(
      `${predicted.length} queries: p50 covers ${(within('p50') * 100).toFixed(1)} %, p90 ${(within('p90') * 100).toFixed(1)} %; ` +
        `median wait ${waits[Math.floor(waits.length / 2)]?.toFixed(1)} s, longest ${waits.at(-1)?.toFixed(1)} s`,
    );
    // The target is 0.85 to 0.95 on a machine with nothing else to do. A predictor that does not learn from its errors covers 0.6 to 0.7.
    expect(within('p90')).toBeGreaterThanOrEqual(0.75);
    expect(within('p90')).toBeLessThanOrEqual(0.99);
  } finally {
    await database.end();
  }
}, 2_400_000);

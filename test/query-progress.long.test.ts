import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QueryStatus } from '@hourglass/contract';
import { startSystem, type RunningSystem } from '@hourglass/testing';

/** Enough that a worker cannot finish before it is shut down. */
const facts = 2_000_000;
const startMs = Date.parse('2026-03-01T00:00:00Z');
/** One row per fact makes each phase long enough to be observed. */
const query = {
  metrics: [{ name: 'message_count' }],
  dimensions: ['gateway_flow_id'],
  timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
};

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ worker: false });
  const lines = Array.from(
    { length: facts },
    (_, i) => `{"timestamp":${startMs + i * 40},"gateway_flow_id":"flow-${i}"}`,
  );
  const response = await system.client.request('/facts/api', { method: 'POST', body: lines.join('\n') });
  expect(response.status).toBe(201);
});
afterAll(() => system.stop());

test('progress and scanned rows never decrease, even in a second attempt, and reach all facts', async () => {
  const id = await system.client.submit(query);
  const seen: QueryStatus[] = [];
  const watch = async (until: (status: QueryStatus) => boolean) =>
    system.client.reaches(id, 'is so far', (status) => {
      seen.push(status);
      return until(status);
    });
  expect(await system.client.status(id)).toMatchObject({ progress: 0, phase: 'waiting', rowsScanned: 0 });

  const first = system.startWorker();
  // Lease renewals report progress, at most once a second.
  await watch(({ state, progress = 0 }) => state === 'running' && progress >= 30);
  await first.stop();
  const between = await watch(({ state }) => state === 'enqueued');
  expect(between.phase).toBe('waiting');
  expect(between.progress).toBeGreaterThanOrEqual(30);

  system.startWorker();
  const completed = await watch(({ state }) => state !== 'enqueued' && state !== 'running');
  expect(completed).toMatchObject({ state: 'completed', progress: 100, rowsScanned: facts });
  expect(completed).not.toHaveProperty('phase');

  const shown = seen.map(({ progress = NaN, rowsScanned = NaN }) => ({ progress, rowsScanned }));
  for (const [index, { progress, rowsScanned }] of shown.slice(1).entries()) {
    expect(progress).toBeGreaterThanOrEqual(shown[index]?.progress ?? NaN);
    expect(rowsScanned).toBeGreaterThanOrEqual(shown[index]?.rowsScanned ?? NaN);
  }
});

import { constants, getPriority } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArchive, startSystem, type RunningSystem } from '@hourglass/testing';

test('a worker runs at a lower priority than the API, which responds while reports run', async () => {
  const system = await startSystem({ worker: false });
  try {
    const worker = system.startWorker();
    await worker.lineWith((line) => line.includes('"ready"') || null);
    expect(getPriority(worker.pid)).toBe(constants.priority.PRIORITY_BELOW_NORMAL);
    expect(getPriority(system.api.pid)).toBe(constants.priority.PRIORITY_NORMAL);
  } finally {
    await system.stop();
  }
});

describe('a worker killed in the middle of a query', () => {
  let system: RunningSystem;
  const facts = 300_000;

  beforeAll(async () => {
    system = await startSystem({ worker: false });
    const startMs = Date.parse('2026-03-01T00:00:00Z');
    const lines: string[] = [];
    for (let i = 0; i < facts; i += 1) {
      lines.push(`{"timestamp":${startMs + i * 100},"apiproxy":"p${i % 7}","gateway_flow_id":"flow-${i}"}`);
    }
    const response = await system.client.request('/facts/api', { method: 'POST', body: lines.join('\n') });
    expect(response.status).toBe(201);
  });
  afterAll(() => system.stop());

  test('leaves the query to another one, which completes it with one valid archive', async () => {
    const id = await system.client.submit({
      metrics: [{ name: 'message_count', function: 'sum' }],
      dimensions: ['gateway_flow_id'],
      timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
    });
    const first = system.startWorker();
    await system.client.reaches(id, 'runs', ({ state }) => state === 'running');
    first.kill('SIGKILL');
    expect((await first.exited).signal).toBe('SIGKILL');
    expect((await system.client.status(id)).state).toBe('running');

    system.startWorker();
    const status = await system.client.ended(id);
    expect(status).toMatchObject({ state: 'completed', resultRows: facts });
    const [part, ...more] = await readArchive(await system.client.archive(id));
    expect(more).toEqual([]);
    const rows = (part?.text ?? '').trimEnd().split('\n');
    const flows = new Set(
      rows.map((row) => (JSON.parse(row) as { gateway_flow_id: string }).gateway_flow_id),
    );
    expect([rows.length, flows.size]).toEqual([facts, facts]);
  });
});

import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectDatabase, eventually, sharedSystem, type TestSystem } from '@hourglass/testing';

const day = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };

describe('every query ends', () => {
  let system: TestSystem;
  // Each test starts workers with its own settings.
  beforeEach(async () => {
    system = await sharedSystem('api');
  });
  afterEach(() => system.stop());

  /** One row per fact makes a report long enough to be observed while it runs. */
  const longQuery = { metrics: [{ name: 'message_count' }], dimensions: ['gateway_flow_id'], timeRange: day };

  async function sendManyFacts(count: number): Promise<void> {
    const startMs = Date.parse(day.start);
    const lines = Array.from(
      { length: count },
      (_, i) => `{"timestamp":${startMs + i * 100},"gateway_flow_id":"flow-${i}"}`,
    );
    const response = await system.client.request('/facts/api', { method: 'POST', body: lines.join('\n') });
    expect(response.status).toBe(201);
  }

  const submissionsLeft = async () =>
    Number((await system.client.request('/queries')).headers.get('X-RateLimit-Remaining'));

  const untilRunning = (id: string) => system.client.reaches(id, 'runs', ({ state }) => state === 'running');

  test('as failed with a readable reason after its timeout', async () => {
    system.startWorker({ HOURGLASS_QUERY_TIMEOUT_SECONDS: '1' });
    await sendManyFacts(1);
    // The lock delays the query on any machine.
    const locker = await connectDatabase(system.databaseUrl);
    await locker.sql('begin');
    await locker.sql('lock table hot_api_facts in access exclusive mode');
    const id = await system.client.submit(longQuery);
    const status = await system.client.ended(id);
    await locker.end();
    expect(status).toMatchObject({ state: 'failed', error: 'The query did not finish within 1 s' });
    // A timeout counts as a submission.
    expect(await submissionsLeft()).toBe(999);
    const result = await system.client.request(`/queries/${id}/result`);
    expect(result.status).toBe(404);
    expect(existsSync(path.join(system.dataDirectory, 'scratch', `${id}-1`))).toBe(false);
  });

  test('also when its worker is shut down: it is requeued immediately and another worker completes it', async () => {
    await sendManyFacts(200_000);
    const first = system.startWorker();
    const id = await system.client.submit(longQuery);
    await untilRunning(id);
    first.kill('SIGTERM');
    expect((await first.exited).code).toBe(0);
    expect((await system.client.status(id)).state).toBe('enqueued');
    system.startWorker();
    expect(await system.client.ended(id)).toMatchObject({ state: 'completed', resultRows: 200_000 });
  });

  test('as failed with the cause when the object store never accepts the archive, and the worker continues', async () => {
    system.startWorker({ HOURGLASS_RETRY_DELAY_SECONDS: '0' });
    const store = path.join(system.dataDirectory, 'store');
    await rename(store, `${store}.aside`);
    await writeFile(store, '');
    try {
      const id = await system.client.submit(longQuery);
      expect(await submissionsLeft()).toBe(999);
      const status = await system.client.ended(id);
      expect(status).toMatchObject({
        state: 'failed',
        error: 'Attempt 5 of 5 failed: The object store is not available',
      });
      // A failure of the system does not count as a submission.
      expect(await submissionsLeft()).toBe(1000);
    } finally {
      await rm(store);
      await rename(`${store}.aside`, store);
    }
    expect(await system.client.report(longQuery)).toBe('');
  });

  test('and so does its result: after expiry it is a 410 and the archive is deleted', async () => {
    system.startWorker({ HOURGLASS_RESULT_TTL_SECONDS: '1' });
    const id = await system.client.submit(longQuery);
    await system.client.ended(id);
    const reader = await connectDatabase(system.databaseUrl);
    const [row] = await reader.sql<{ key: string }>('select archive_key as key from queries where id = $1', [
      id,
    ]);
    await reader.end();
    const archive = path.join(system.dataDirectory, 'store/objects', String(row?.key));
    expect(archive).toContain(id);
    const request = () => system.client.request(`/queries/${id}/result`);
    await eventually('the result expired', async () => ((await request()).status === 410 ? true : null));
    await eventually('the archive is deleted', () => (existsSync(archive) ? null : true));
    expect((await system.client.status(id)).state).toBe('expired');
  });
});

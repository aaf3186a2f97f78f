import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, startDatabaseOutage, startSystem, type RunningSystem } from '@hourglass/testing';

const query = { dimensions: ['apiproxy'], timeRange: 'last60minutes' };
const submit = {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(query),
};

describe('a service that is down', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system.stop());

  const ready = () => fetch(`${system.url}/readyz`);
  const expectUnavailable = async (response: Response) => {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    return response;
  };

  test('readiness and metrics while all services respond', async () => {
    expect((await ready()).status).toBe(200);
    expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
    const metrics = await (await fetch(`${system.url}/metrics`)).text();
    expect(metrics).toContain('hourglass_http_request_duration_seconds_count');
  });

  test('the object store: downloads are 503, everything else works', async () => {
    const id = await system.client.submit(query);
    await system.client.ended(id);
    const objects = path.join(system.dataDirectory, 'store');
    const outage = await takeAway(objects);
    await expectUnavailable(await ready());
    await expectUnavailable(await system.client.request(`/queries/${id}/result`));
    expect((await system.client.request(`/queries/${id}`)).status).toBe(200);
    await outage.end();
    expect((await system.client.request(`/queries/${id}/result`)).status).toBe(200);
  });

  test('the database: every request is 503, and the processes stay up and recover', async () => {
    const outage = await startDatabaseOutage(system.databaseUrl);
    await expectUnavailable(await ready());
    await expectUnavailable(await system.client.request('/queries', submit));
    await expectUnavailable(await system.client.request('/queries'));
    await expectUnavailable(
      await system.client.request('/facts/api', { method: 'POST', body: '{"timestamp":1}' }),
    );
    expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
    await outage.end();
    await eventually('ready again', async () => ((await ready()).status === 200 ? true : null));
    expect(await system.client.report(query)).toBe('');
  });

  test('the queue: a submission is accepted, and its report completes once the queue is back', async () => {
    const checks = async () => ((await (await ready()).json()) as { checks: Record<string, string> }).checks;
    await system.stopQueue();
    await eventually('the outage is noticed', async () =>
      (await checks())['queue'] === 'not reachable' ? true : null,
    );
    expect((await ready()).status).toBe(200);
    const beginMs = performance.now();
    // They need not wait: a worker that still handles an earlier wake-up looks for queries in the database.
    const ids = [await system.client.submit(query), await system.client.submit(query)];
    expect(performance.now() - beginMs).toBeLessThan(5_000);
    await system.startQueue();
    for (const id of ids) expect((await system.client.ended(id)).state).toBe('completed');
  });
});

/** Replaces the folder by a file: unlike permissions, this also affects root. */
async function takeAway(folder: string): Promise<{ end(): Promise<void> }> {
  const aside = `${folder}.aside`;
  await rename(folder, aside);
  await writeFile(folder, '');
  return {
    async end() {
      await rm(folder);
      await rename(aside, folder);
    },
  };
}

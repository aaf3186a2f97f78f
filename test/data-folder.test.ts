import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEntries, sharedSystem, type TestSystem } from '@hourglass/testing';

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem('worker');
});
afterAll(() => system.stop());

test('What API and worker write below the data folder is for their account alone', async () => {
  await system.client.sendFacts([{ timestamp: '2026-05-01T12:00:00Z', apiproxy: 'a' }]);
  const query = {
    metrics: [{ name: 'message_count' }],
    timeRange: { start: '2026-05-01T00:00:00Z', end: '2026-05-02T00:00:00Z' },
  };
  await system.client.report(query);
  const stats = '/stats?select=sum(message_count)&timeRange=05/01/2026 00:00~05/02/2026 00:00';
  expect((await system.client.request(stats)).status).toBe(200);
  expect((await stat(system.dataDirectory)).mode & 0o777).toBe(0o700);
  expect(await readdir(path.join(system.dataDirectory, 'store'), { recursive: true })).not.toEqual([]);
  expect(await openEntries(system.dataDirectory)).toEqual([]);
});

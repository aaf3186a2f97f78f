import { queryList, queryStatus } from '@hourglass/contract';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const day = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
const query = { metrics: [{ name: 'message_count' }], timeRange: day };

let system: TestSystem;
beforeAll(async () => {
  // Without a worker every query waits.
  system = await sharedSystem('api');
});
afterAll(() => system.stop());

const eta = { p50: expect.any(Number), p90: expect.any(Number) };

test('a waiting query shows its place in status and list, and no other one does', async () => {
  const { client } = system;
  const first = await client.submit(query);
  const second = await client.submit(query);
  const [one, other] = [(await client.status(first)).queue, (await client.status(second)).queue];
  expect(one).toMatchObject({ reason: expect.stringMatching(/^(workers_busy|environment_turn)$/), eta });
  expect(other).toMatchObject({ reason: 'environment_turn', ahead: { ours: 1 }, eta });
  expect(other?.position).toBe((other?.ahead.ours ?? 0) + (other?.ahead.others ?? 0) + 1);
  expect(other?.eta.p90).toBeGreaterThanOrEqual(other?.eta.p50 ?? 0);
  const { queries } = queryList.parse(await (await client.request('/queries')).json());
  expect(queries.map(({ queue }) => queue?.ahead.ours)).toEqual([1, 0]);
  const cancelled = await client.request(`/queries/${second}:cancel`, { method: 'POST' });
  expect(queryStatus.parse(await cancelled.json()).queue).toBeUndefined();
  expect((await client.status(second)).queue).toBeUndefined();
});

test('a query that joined an equal one shows so, and the place has nothing of other organizations but their number', async () => {
  const stranger = await system.createTenant();
  const theirs = system.clientOf(stranger.organization, 'prod', `Bearer ${stranger.token}`);
  await theirs.submit(query);
  const post = () => system.client.request('/queries', { method: 'POST', body: JSON.stringify(query) });
  await post();
  const { self } = queryStatus.parse(await (await post()).json());
  const { queue } = await system.client.status(self.slice(-36));
  expect(queue?.reason).toBe('equal_query');
  const own = await theirs.submit(query);
  const place = (await theirs.status(own)).queue;
  expect(place?.ahead.ours).toBe(1);
  expect(place?.ahead.others).toBeGreaterThanOrEqual(1);
  expect(Object.keys(place ?? {})).toEqual(['position', 'ahead', 'reason', 'eta']);
});

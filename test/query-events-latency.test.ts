import { afterAll, beforeAll, expect, test } from 'vitest';
import { queryStatus } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  startSystem,
  type DatabaseClient,
  type RunningSystem,
} from '@hourglass/testing';
import { openEvents } from './event-stream-client.ts';

let system: RunningSystem;
let database: DatabaseClient;
let urls: readonly string[];

beforeAll(async () => {
  system = await startSystem({ worker: false });
  database = await connectDatabase(system.databaseUrl);
  urls = [system.url, await system.startApi()];
});
afterAll(async () => {
  await database.end();
  await system.stop();
});

const environment = '/v1/organizations/acme/environments/prod';
const clientsOfEachKind = 100;
const rounds = 10;
/** On a quiet machine it is below 0.1 s. */
const boundMs = 5_000;

async function waitingRequests(): Promise<number> {
  const counts = urls.map(async (url) => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/^hourglass_waiting_requests (\d+)$/m.exec(metrics)?.[1]);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

test('200 clients at two API processes see a change soon after its commit', async () => {
  const id = await system.client.submit({
    metrics: [{ name: 'message_count', function: 'sum' }],
    timeRange: 'last24hours',
  });
  const seenMs = { sse: [] as number[], prefer: [] as number[] };
  let committedAtMs = 0;
  let isMeasured = false;
  const urlOfClient = (client: number) => urls[client % urls.length] ?? '';
  const streams = await Promise.all(
    Array.from({ length: clientsOfEachKind }, (_, client) =>
      openEvents(`${urlOfClient(client)}${environment}/queries/${id}/events`, {
        token: system.token,
        onEvent: () => isMeasured && seenMs.sse.push(performance.now() - committedAtMs),
      }),
    ),
  );
  const poll = async (client: number) => {
    const response = await fetch(`${urlOfClient(client)}${environment}/queries/${id}`, {
      headers: { Authorization: `Bearer ${system.token}`, Prefer: 'wait=60' },
    });
    const { state } = queryStatus.parse(await response.json());
    seenMs.prefer.push(performance.now() - committedAtMs);
    return state;
  };
  for (let round = 0; round < rounds; round += 1) {
    const state = round % 2 === 0 ? 'running' : 'enqueued';
    const polls = Array.from({ length: clientsOfEachKind }, (_, client) => poll(client));
    await eventually('all clients wait', async () =>
      (await waitingRequests()) === 2 * clientsOfEachKind ? true : null,
    );
    isMeasured = true;
    committedAtMs = performance.now();
    await database.sql(`update queries set state = $2::query_state, updated_at = now() where id = $1`, [
      id,
      state,
    ]);
    expect(new Set(await Promise.all(polls))).toEqual(new Set([state]));
    await eventually('all streams see it', () =>
      seenMs.sse.length === (round + 1) * clientsOfEachKind ? true : null,
    );
  }
  for (const stream of streams) stream.close();
  const p99 = { sse: percentile(seenMs.sse, 0.99), prefer: percentile(seenMs.prefer, 0.99) };
  const p50 = { sse: percentile(seenMs.sse, 0.5), prefer: percentile(seenMs.prefer, 0.5) };
  console.info(
    `from before the commit to seen by 200 clients: SSE p50 ${p50.sse} ms, p99 ${p99.sse} ms; Prefer p50 ${p50.prefer} ms, p99 ${p99.prefer} ms`,
  );
  expect(Math.max(p99.sse, p99.prefer)).toBeLessThan(boundMs);
});

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Infinity);
}

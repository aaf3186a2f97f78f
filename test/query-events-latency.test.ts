import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queryStatus } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  startSystem,
  type DatabaseClient,
  type RunningSystem,
} from '@hourglass/testing';

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
/** In the first rounds, clients and servers compile what they run. */
const warmUpRounds = 3;
const rounds = 20;
/** On a quiet machine it is below 0.1 s. */
const boundMs = 5_000;

async function waitingRequests(): Promise<number> {
  const counts = urls.map(async (url) => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/^hourglass_waiting_requests (\d+)$/m.exec(metrics)?.[1]);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** Resolves when the response begins, and only then reads it: the time that its readers take is not the server's. */
async function get(agent: Agent, url: string, headers: Readonly<Record<string, string>>) {
  const request = httpRequest(url, {
    agent,
    headers: { Authorization: `Bearer ${system.token}`, ...headers },
  });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { response, beganAtMs: performance.now() };
}

test('200 clients at two API processes see a change soon after its commit', async () => {
  const id = await system.client.submit({
    metrics: [{ name: 'message_count', function: 'sum' }],
    timeRange: 'last24hours',
  });
  const agent = new Agent({ keepAlive: true });
  const urlOfClient = (client: number) => `${urls[client % urls.length]}${environment}/queries/${id}`;
  const clients = Array.from({ length: clientsOfEachKind }, (_, client) => client);
  const streams = await Promise.all(
    clients.map(async (client) => (await get(agent, `${urlOfClient(client)}/events`, {})).response),
  );
  const seenMs = { sse: [] as number[], prefer: [] as number[] };
  let streamsToSee = 0;
  let committedAtMs = 0;
  let isWarm = false;
  for (const stream of streams) {
    stream.on('data', (bytes: Buffer) => {
      const nowMs = performance.now();
      if (streamsToSee === 0 || !bytes.includes('event: state')) return;
      streamsToSee -= 1;
      if (isWarm) seenMs.sse.push(nowMs - committedAtMs);
    });
  }
  const poll = async (client: number) => {
    const { response, beganAtMs } = await get(agent, urlOfClient(client), { Prefer: 'wait=60' });
    if (isWarm) seenMs.prefer.push(beganAtMs - committedAtMs);
    return response;
  };
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    isWarm = round >= warmUpRounds;
    const state = round % 2 === 0 ? 'running' : 'enqueued';
    const polls = clients.map(poll);
    await eventually('all clients wait', async () =>
      (await waitingRequests()) === 2 * clientsOfEachKind ? true : null,
    );
    streamsToSee = clientsOfEachKind;
    committedAtMs = performance.now();
    await database.sql(`update queries set state = $2::query_state, updated_at = now() where id = $1`, [
      id,
      state,
    ]);
    const responses = await Promise.all(polls);
    const states = await Promise.all(
      responses.map(async (response) => queryStatus.parse(await json(response)).state),
    );
    expect(new Set(states)).toEqual(new Set([state]));
    await eventually('all streams see it', () => (streamsToSee === 0 ? true : null));
  }
  for (const stream of streams) stream.destroy();
  agent.destroy();
  expect(seenMs.sse.length).toBe(rounds * clientsOfEachKind);
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

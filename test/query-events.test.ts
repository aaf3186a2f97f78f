import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, queryStatus } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  startSystem,
  urlOf,
  type DatabaseClient,
  type RunningSystem,
} from '@hourglass/testing';
import { openEvents, type EventStream } from './event-stream-client.ts';

const query = {
  metrics: [{ name: 'message_count', function: 'sum' }],
  dimensions: ['apiproxy'],
  timeRange: 'last24hours',
};

let system: RunningSystem;
let database: DatabaseClient;
let otherUrl: string;

beforeAll(async () => {
  system = await startSystem({ worker: false });
  [database, otherUrl] = await Promise.all([connectDatabase(system.databaseUrl), system.startApi()]);
});
afterAll(async () => {
  await database.end();
  await system.stop();
});

const environment = '/v1/organizations/acme/environments/prod';
const streamOf = (url: string, path: string, lastEventId?: string | null) =>
  openEvents(`${url}${environment}${path}`, { token: system.token, lastEventId: lastEventId ?? null });

/** Changes the query as its worker does. */
function change(id: string, columns: string): Promise<unknown> {
  return database.sql(`update queries set ${columns}, updated_at = now() where id = $1`, [id]);
}

/** Fails a query that is enqueued or running. */
function fail(id: string, reason = 'nothing'): Promise<unknown> {
  return change(id, `state = 'failed', failure = '${reason}', lease_expires_at = null`);
}

function received(stream: EventStream, count: number): Promise<EventStream['events']> {
  return eventually(`${count} events`, () => (stream.events.length >= count ? stream.events : null));
}

/** Waits until this number of requests waits in the process. */
function waiting(url: string, count: number): Promise<true> {
  return eventually(`${count} waiting requests`, async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/^hourglass_waiting_requests (\d+)$/m.exec(metrics)?.[1]) === count ? true : null;
  });
}

const statesOf = ({ events }: Pick<EventStream, 'events'>) =>
  events.map(({ event, data }) => `${event} ${data.state} ${data.progress ?? ''}`);

describe('the stream of a query', () => {
  test('has every change of it, through any API process, and ends with it', async () => {
    const id = await system.client.submit(query);
    const streams = await Promise.all([
      streamOf(system.url, `/queries/${id}/events`),
      streamOf(otherUrl, `/queries/${id}/events`),
    ]);
    await Promise.all(streams.map((stream) => received(stream, 1)));
    await change(id, `state = 'running', phase = 'collecting', rows_scanned = 0`);
    await change(id, `phase = 'computing', progress_percent = 40, rows_scanned = 1000`);
    // Nothing that a client sees.
    await change(id, `lease_expires_at = now() + interval '1 hour'`);
    await fail(id, 'The disk is full');
    for (const stream of streams) {
      expect(await stream.ended).toBe('ended');
      expect(statesOf(stream)).toEqual([
        'state enqueued 0',
        'state running 0',
        'progress running 40',
        'state failed 40',
      ]);
      expect(stream.events[2]?.data).toEqual({
        self: `/organizations/acme/environments/prod/queries/${id}`,
        state: 'running',
        phase: 'computing',
        progress: 40,
        rowsScanned: 1000,
        time: expect.any(String) as string,
      });
      expect(stream.events[3]?.data.error).toBe('The disk is full');
      expect(Object.fromEntries(stream.response.headers)).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      });
      expect(stream.response.headers.has('content-encoding')).toBe(false);
    }
    expect(streams[0]?.events).toEqual(streams[1]?.events);
  });

  test('resumes after the last event that the client has, and is a 204 after the last one of all', async () => {
    const id = await system.client.submit(query);
    await change(id, `state = 'running', phase = 'collecting'`);
    await fail(id);
    const whole = await streamOf(system.url, `/queries/${id}/events`);
    await whole.ended;
    const [first, , last] = whole.events;
    const rest = await streamOf(otherUrl, `/queries/${id}/events`, first?.id);
    await rest.ended;
    expect(rest.events).toEqual(whole.events.slice(1));
    expect((await streamOf(otherUrl, `/queries/${id}/events`, last?.id)).response.status).toBe(204);
  });

  test('has every change also where they fill several pages', async () => {
    const id = await system.client.submit(query);
    for (let scanned = 1; scanned <= 250; scanned += 1) await change(id, `rows_scanned = ${scanned}`);
    await fail(id);
    const stream = await streamOf(otherUrl, `/queries/${id}/events`);
    await stream.ended;
    const scanned = stream.events.map(({ data }) => data.rowsScanned);
    expect(scanned).toEqual([...Array.from({ length: 251 }, (_, index) => index), 250]);
  });

  test('is a 404 for an unknown query', async () => {
    const { response } = await streamOf(system.url, `/queries/${randomUUID()}/events`);
    expect(response.status).toBe(404);
  });
});

describe('the stream of an environment', () => {
  test('has the changes of its queries from now on, and of no others', async () => {
    const earlier = await system.client.submit(query);
    const stream = await streamOf(otherUrl, '/queries/events');
    await eventually('a position', () => stream.lastEventId());
    const elsewhere = await system.clientOf('acme', 'test').submit(query);
    const other = await system.createTenant();
    const foreign = await system.clientOf(other.organization, 'prod', `Bearer ${other.token}`).submit(query);
    const id = await system.client.submit(query);
    for (const changed of [elsewhere, foreign, id, earlier]) await fail(changed);
    await received(stream, 3);
    stream.close();
    const self = (of: string) => `/organizations/acme/environments/prod/queries/${of}`;
    expect(stream.events.map(({ data }) => [data.self, data.state])).toEqual([
      [self(id), 'enqueued'],
      [self(id), 'failed'],
      [self(earlier), 'failed'],
    ]);
  });

  test('resumes after a position at which the client saw no event', async () => {
    const stream = await streamOf(system.url, '/queries/events');
    const position = await eventually('a position', () => stream.lastEventId());
    stream.close();
    const id = await system.client.submit(query);
    const resumed = await streamOf(otherUrl, '/queries/events', position);
    await fail(id);
    await received(resumed, 2);
    resumed.close();
    expect(statesOf(resumed)).toEqual(['state enqueued 0', 'state failed 0']);
  });

  test('says so when the log no longer has the last event of the client, and continues', async () => {
    const id = await system.client.submit(query);
    const [row] = await database.sql<{ later: string }>('select max(id) + 1000 as later from query_events');
    const stream = await streamOf(system.url, '/queries/events', row?.later);
    await received(stream, 1);
    await fail(id);
    await received(stream, 2);
    stream.close();
    expect(stream.events.map(({ event }) => event)).toEqual(['gap', 'state']);
  });

  test.each(['x', '-1', '1.5', '9223372036854775807', '1'.repeat(20)])(
    'refuses the Last-Event-ID %s with the field and the expectation',
    async (lastEventId) => {
      const { response } = await streamOf(system.url, '/queries/events', lastEventId);
      expect(response.status).toBe(400);
      const { error } = errorBody.parse(await response.json());
      expect(JSON.stringify(error)).toMatch(/Last-Event-ID.*expected/);
    },
  );

  test('has no body for HEAD', async () => {
    const response = await fetch(`${system.url}${environment}/queries/events`, {
      method: 'HEAD',
      headers: { Authorization: `Bearer ${system.token}` },
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('access to a stream', () => {
  test('ends with the token', async () => {
    const tenant = await system.createTenant();
    const url = `${system.url}/v1/organizations/${tenant.organization}/environments/prod/queries/events`;
    const stream = await openEvents(url, { token: tenant.token });
    await eventually('a position', () => stream.lastEventId());
    await database.sql(`delete from tokens where user_id = (select id from users where email = $1)`, [
      tenant.email,
    ]);
    // The next event is not for this client any more.
    await database.sql(
      `insert into queries (id, environment_id, plan, submitted_by)
       select $1, e.id, '{}', 'x' from environments e join organizations o on o.id = e.organization_id where o.name = $2`,
      [randomUUID(), tenant.organization],
    );
    expect(await stream.ended).toBe('ended');
    expect(stream.events).toEqual([]);
    expect((await openEvents(url, { token: tenant.token })).response.status).toBe(401);
  });

  test('ends when the organization is suspended', async () => {
    const tenant = await system.createTenant();
    const client = system.clientOf(tenant.organization, 'prod', `Bearer ${tenant.token}`);
    const stream = await openEvents(`${client.environmentUrl}/queries/events`, { token: tenant.token });
    await eventually('a position', () => stream.lastEventId());
    const id = await client.submit(query);
    await received(stream, 1);
    await database.sql('update organizations set suspended_at = now() where name = $1', [
      tenant.organization,
    ]);
    await fail(id);
    expect(await stream.ended).toBe('ended');
    expect(stream.events).toHaveLength(1);
  });

  test('needs the scope read', async () => {
    const tenant = await system.createTenant({ tokenScopes: ['submit'] });
    const url = `${system.url}/v1/organizations/${tenant.organization}/environments/prod/queries/events`;
    expect((await openEvents(url, { token: tenant.token })).response.status).toBe(403);
  });
});

describe('a poll with Prefer: wait', () => {
  const poll = (url: string, id: string, prefer: string) =>
    fetch(`${url}${environment}/queries/${id}`, {
      headers: { Authorization: `Bearer ${system.token}`, Prefer: prefer },
    });

  test('answers at the next change of the state, through any API process', async () => {
    const id = await system.client.submit(query);
    const polls = [poll(system.url, id, 'wait=60'), poll(otherUrl, id, 'respond-async, Wait="60"; x=1')];
    for (const url of [system.url, otherUrl]) await waiting(url, 1);
    await change(id, `progress_percent = 1`);
    await change(id, `state = 'running', phase = 'collecting'`);
    for (const response of await Promise.all(polls)) {
      expect([response.status, response.headers.get('preference-applied')]).toEqual([200, 'wait=60']);
      expect(queryStatus.parse(await response.json()).state).toBe('running');
    }
    await fail(id);
  });

  test('answers unchanged after its time, and at once when the query has ended', async () => {
    const id = await system.client.submit(query);
    const unchanged = await poll(system.url, id, 'wait=1');
    expect(queryStatus.parse(await unchanged.json()).state).toBe('enqueued');
    expect(unchanged.headers.get('preference-applied')).toBe('wait=1');
    await fail(id);
    const ended = await poll(system.url, id, 'wait=3600');
    expect(queryStatus.parse(await ended.json()).state).toBe('failed');
    expect(ended.headers.get('preference-applied')).toBe('wait=60');
  });

  test.each(['wait', 'wait=', 'wait=-1', 'wait=soon', 'respond-async'])(
    'ignores the preference %s, as RFC 7240 asks',
    async (prefer) => {
      const id = await system.client.submit(query);
      const response = await poll(system.url, id, prefer);
      expect([response.status, response.headers.has('preference-applied')]).toEqual([200, false]);
      await fail(id);
    },
  );

  test('is an error when the token ends meanwhile', async () => {
    const tenant = await system.createTenant();
    const client = system.clientOf(tenant.organization, 'prod', `Bearer ${tenant.token}`);
    const id = await client.submit(query);
    const response = client.request(`/queries/${id}`, { headers: { Prefer: 'wait=60' } });
    await waiting(system.url, 1);
    await database.sql(`delete from tokens where user_id = (select id from users where email = $1)`, [
      tenant.email,
    ]);
    await fail(id);
    expect((await response).status).toBe(401);
  });
});

test('an API that stops answers waiting polls and ends streams, and exits without error', async () => {
  const process = system.startApiProcess();
  const url = await urlOf(process);
  const id = await system.client.submit(query);
  const stream = await streamOf(url, '/queries/events');
  await eventually('a position', () => stream.lastEventId());
  const polled = fetch(`${url}${environment}/queries/${id}`, {
    headers: { Authorization: `Bearer ${system.token}`, Prefer: 'wait=60' },
  });
  await waiting(url, 2);
  process.kill('SIGTERM');
  expect(await stream.ended).toBe('ended');
  const response = await polled;
  expect([response.status, queryStatus.parse(await response.json()).state]).toEqual([200, 'enqueued']);
  expect(await process.exited).toEqual({ code: 0, signal: null });
  await fail(id);
});

test('an organization with too many streams gets a 429, its polls are answered at once, and streams are freed', async () => {
  const tenant = await system.createTenant();
  const client = system.clientOf(tenant.organization, 'prod', `Bearer ${tenant.token}`);
  const id = await client.submit(query);
  const url = `${client.environmentUrl}/queries/events`;
  const streams = await Promise.all(
    Array.from({ length: 500 }, () => openEvents(url, { token: tenant.token })),
  );
  expect(new Set(streams.map(({ response }) => response.status))).toEqual(new Set([200]));
  const refused = await openEvents(url, { token: tenant.token });
  expect([refused.response.status, refused.response.headers.get('retry-after')]).toEqual([429, '5']);
  const poll = await client.request(`/queries/${id}`, { headers: { Prefer: 'wait=60' } });
  expect([poll.status, poll.headers.has('preference-applied'), poll.headers.get('retry-after')]).toEqual([
    200,
    false,
    '1',
  ]);
  for (const stream of streams) stream.close();
  // The server frees the slot and the watcher of each client that goes.
  await waiting(system.url, 0);
});

test('hourglass wait shows changes as they happen and the reason at the end', async () => {
  const id = await system.client.submit(query);
  const run = system.runCli('wait', '--org', 'acme', '--env', 'prod', id);
  await waiting(system.url, 1);
  await change(id, `state = 'running', phase = 'computing', progress_percent = 40, rows_scanned = 7`);
  await fail(id, 'The disk is full');
  const { code, output } = await run;
  expect(code).toBe(1);
  expect(output).toContain('enqueued 0%, waiting, 0 rows scanned');
  expect(output).toContain('failed 40%');
  expect(output).toContain(`query ${id} failed: The disk is full`);
});

test('hourglass wait stops at its deadline while a stream is open', async () => {
  const id = await system.client.submit(query);
  const run = await system.runCli('wait', '--timeout-seconds', '1', '--org', 'acme', '--env', 'prod', id);
  expect(run).toMatchObject({
    code: 1,
    output: expect.stringContaining(`query ${id} is still enqueued`) as string,
  });
  await fail(id);
});

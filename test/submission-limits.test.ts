import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { errorBody } from '@hourglass/contract';
import {
  connectDatabase,
  contractClient,
  eventually,
  sharedSystem,
  startSystem,
  type DatabaseClient,
  type TestSystem,
} from '@hourglass/testing';

const query = { metrics: [{ name: 'message_count' }], timeRange: 'last60minutes' };

/** Selects the queries of an organization, whose name is the first parameter. */
const ofSystem = `environment_id in (
  select e.id from environments e join organizations o on o.id = e.organization_id where o.name = $1)`;

describe('the limits of submissions', () => {
  let system: TestSystem;
  let database: DatabaseClient;
  afterEach(async () => {
    await database.end();
    await system.stop();
  });

  async function use(started: TestSystem): Promise<void> {
    system = started;
    database = await connectDatabase(system.databaseUrl);
  }

  const submit = (client = system.client) =>
    client.request('/queries', { method: 'POST', body: JSON.stringify(query) });

  async function twoClients() {
    const second = contractClient({
      environmentUrl: system.client.environmentUrl.replace(system.url, await system.startApi()),
      authorization: `Bearer ${system.token}`,
    });
    return [system.client, second] as const;
  }

  const submitOnBoth = (clients: Awaited<ReturnType<typeof twoClients>>, count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => submit(clients[i % 2 === 0 ? 0 : 1])));

  async function setQueriesPerHour(queriesPerHour: number): Promise<void> {
    const body = JSON.stringify({ queriesPerHour });
    expect((await system.client.request('/limits', { method: 'PATCH', body })).status).toBe(200);
  }

  const statuses = (responses: readonly Response[], status: number) =>
    responses.filter((response) => response.status === status);

  test('accept exactly 7 of 200 concurrent submissions on two API processes', async () => {
    await use(await startSystem({ worker: false, env: { HOURGLASS_QUERIES_PER_HOUR: '' } }));
    const responses = await submitOnBoth(await twoClients(), 200);
    expect(statuses(responses, 201)).toHaveLength(7);
    const refused = statuses(responses, 429);
    expect(refused).toHaveLength(193);
    for (const response of refused) {
      const body = errorBody.parse(await response.json());
      expect([body.code, body.error.code, body.error.status]).toEqual([
        'limit.submissions',
        429,
        'RESOURCE_EXHAUSTED',
      ]);
      expect(response.headers.get('X-RateLimit-Remaining')).toBe('0');
      expect(body.message).toContain(`${response.headers.get('Retry-After')} seconds`);
    }
    const rows = await database.sql('select id from queries');
    expect(rows).toHaveLength(7);
  });

  test('never allow more than 10 active queries in the database, while others end', async () => {
    await use(await sharedSystem('api'));
    const clients = await twoClients();
    const samples: number[] = [];
    const sampling = new AbortController();
    const sampled = (async () => {
      while (!sampling.signal.aborted) {
        const rows = await database.sql<{ active: number }>(
          `select count(*)::integer as active from queries where state in ('enqueued', 'running') and ${ofSystem}`,
          [system.organization],
        );
        samples.push(rows[0]?.active ?? 0);
        // A query is active for longer than this.
        await delay(5);
      }
    })();
    const waiting = await submitOnBoth(clients, 200);
    expect(statuses(waiting, 201)).toHaveLength(10);
    for (const response of statuses(waiting, 429)) {
      expect(errorBody.parse(await response.json()).code).toBe('limit.active');
      expect(response.headers.get('Retry-After')).toBe('30');
    }
    system.startWorker();
    let accepted = 10;
    await eventually('freed places are taken', async () => {
      // Submissions that cannot succeed would only delay the worker.
      if (samples.at(-1) === 10) return null;
      accepted += statuses(await submitOnBoth(clients, 20), 201).length;
      return accepted > 25 ? true : null;
    });
    sampling.abort();
    await sampled;
    expect(Math.max(...samples)).toBe(10);
    expect(samples.length).toBeGreaterThan(20);
  });

  test('return the exact second at which the next one is accepted', async () => {
    await use(await sharedSystem('api'));
    await setQueriesPerHour(2);
    await submit();
    await submit();
    await database.sql(
      `update queries set created_at = created_at - interval '1234.5 seconds' where ${ofSystem}`,
      [system.organization],
    );
    const secondsLeft = async () => {
      const rows = await database.sql<{ left: number }>(
        `select ceil(extract(epoch from min(created_at) + interval '1 hour' - clock_timestamp()))::integer as left
           from queries where ${ofSystem}`,
        [system.organization],
      );
      return rows[0]?.left ?? Number.NaN;
    };
    const atMost = await secondsLeft();
    const refused = await submit();
    const atLeast = await secondsLeft();
    expect(refused.status).toBe(429);
    const retryAfter = Number(refused.headers.get('Retry-After'));
    expect(retryAfter).toBeGreaterThanOrEqual(atLeast);
    expect(retryAfter).toBeLessThanOrEqual(atMost);
    expect(refused.headers.get('RateLimit')).toContain(`"hourly";r=0;t=${retryAfter}`);
    await database.sql(
      `update queries set created_at = created_at - $2::float8 * interval '1 second' where ${ofSystem}`,
      [system.organization, retryAfter],
    );
    expect((await submit()).status).toBe(201);
  });

  test('are in the headers of every response of the query endpoints, and hidden from other organizations', async () => {
    await use(await sharedSystem('worker'));
    await setQueriesPerHour(7);
    const created = await submit();
    expect(created.headers.get('RateLimit')).toBe('"hourly";r=6;t=3600, "active";r=9');
    const { self } = (await created.json()) as { self: string };
    const id = self.slice(self.lastIndexOf('/') + 1);
    await system.client.ended(id);
    const unknown = '00000000-0000-4000-8000-000000000000';
    const answers: [number, string, RequestInit][] = [
      [200, '/queries', {}],
      [200, `/queries/${id}`, {}],
      [200, `/queries/${id}`, { method: 'HEAD' }],
      [200, `/queries/${id}/result`, {}],
      [206, `/queries/${id}/result`, { headers: { Range: 'bytes=0-1' } }],
      [416, `/queries/${id}/result`, { headers: { Range: 'bytes=999999-' } }],
      [404, `/queries/${unknown}`, {}],
      [404, `/queries/${unknown}/result`, {}],
      [400, '/queries?wrong=1', {}],
      [400, '/queries', { method: 'POST', body: '{' }],
      [400, '/queries', { method: 'POST', body: '{}' }],
      [413, '/queries', { method: 'POST', body: ' '.repeat(2_100_000) }],
    ];
    for (const [status, target, init] of answers) {
      const { headers, status: found } = await system.client.request(target, init);
      const where = `${init.method ?? 'GET'} ${target}`;
      expect(found, where).toBe(status);
      expect(headers.get('RateLimit'), where).toMatch(/^"hourly";r=6;t=(3[56]\d\d), "active";r=10$/);
      expect(headers.get('RateLimit-Policy'), where).toBe(
        '"hourly";q=7;w=3600, "active";q=10;qu="concurrent-requests"',
      );
      expect(headers.get('X-RateLimit-Limit'), where).toBe('7');
      expect(headers.get('X-RateLimit-Remaining'), where).toBe('6');
      expect(headers.get('X-RateLimit-Reset'), where).toMatch(/^3[56]\d\d$/);
    }

    const { token } = await system.createTenant();
    const stranger = system.clientOf(system.organization, 'prod', `Bearer ${token}`);
    for (const target of ['/queries', `/queries/${id}`, `/queries/${id}/result`]) {
      const { headers, status } = await stranger.request(target);
      expect(status).toBe(404);
      expect([...headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    }
  });

  test('a verified password is not read from the database again for a while', async () => {
    await use(await sharedSystem('api'));
    const basic = (password: string) =>
      system.clientOf(
        system.organization,
        'prod',
        `Basic ${Buffer.from(`${system.email}:${password}`).toString('base64')}`,
      );
    const status = async (password: string) => (await basic(password).request('/queries')).status;
    expect(await status(system.password)).toBe(200);
    // A read of the user would wait.
    await database.sql('begin');
    await database.sql('lock table users in access exclusive mode');
    expect(await status(system.password)).toBe(200);
    await database.sql('rollback');
    expect(await status('wrong')).toBe(401);
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, eventually, startSystem, suiteSize, type RunningSystem } from '@hourglass/testing';
import { factLine, openUpload, receiving, type OpenUpload } from './open-upload.ts';
import { printFigure } from './print-figure.ts';

/** Connections of an API process for batches and snapshots. */
const copyConnections = 16;
const stalled = suiteSize({ short: copyConnections + 4, full: 32 });

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({
    worker: false,
    env: { HOURGLASS_UPLOADS_PER_ORGANIZATION: '40', HOURGLASS_UPLOAD_WINDOW_SECONDS: '60' },
  });
});
afterAll(() => system.stop());

/** Uploads of which the API has read a fact and a half. */
async function stall(count: number, target = system): Promise<readonly OpenUpload[]> {
  const uploads = Array.from({ length: count }, () => {
    const upload = openUpload(target);
    upload.request.write(`${factLine('stalled')}{"timestamp":`);
    return upload;
  });
  await receiving(target, count);
  return uploads;
}

/** Connections to the database of this test that have a transaction or a statement. */
async function busyConnections(): Promise<number> {
  const database = await connectDatabase(system.databaseUrl);
  try {
    const [row] = await database.sql<{ busy: number }>(
      `select count(*)::int as busy from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
          and state <> 'idle' and backend_type = 'client backend'`,
    );
    return row?.busy ?? -1;
  } finally {
    await database.end();
  }
}

test('stalled uploads hold no connection to the database, and all other requests are served', async () => {
  const uploads = await stall(stalled);
  await eventually('no connection is busy', async () => ((await busyConnections()) === 0 ? true : null));
  printFigure(`${stalled} stalled uploads`, { found: '0 busy connections to the database', bound: '0' });

  const timeRange = { start: '2026-01-05T00:00:00Z', end: '2026-01-06T00:00:00Z' };
  const own = system.client;
  const tenant = await system.createTenant();
  const others = system.clientOf(tenant.organization, 'prod', `Bearer ${tenant.token}`);
  for (const client of [own, others]) {
    const facts = await client.request('/facts/api', { method: 'POST', body: factLine('served') });
    const stats = await client.request(
      '/stats/apiproxy?select=sum(message_count)&timeRange=01/05/2026%2000:00~01/06/2026%2000:00',
    );
    const dryRun = await client.request('/queries?dryRun=true', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ metrics: [{ name: 'message_count', function: 'sum' }], timeRange }),
    });
    expect([facts.status, stats.status, dryRun.status]).toEqual([201, 200, 200]);
  }

  // The rest of a body still arrives.
  const [first, ...rest] = uploads;
  first?.request.end('"2026-01-05T10:00:00Z"}\n');
  expect(await first?.response).toMatchObject({ status: 201 });
  for (const upload of rest) upload.leave();
  await receiving(system, 0);
});

test('an upload ends when its token is revoked', async () => {
  const tokens = `${system.url}/v1/organizations/${system.organization}/tokens`;
  const headers = { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' };
  const created = await fetch(tokens, {
    method: 'POST',
    headers,
    body: JSON.stringify({ scopes: ['ingest'] }),
  });
  const { id, token } = (await created.json()) as { id: string; token: string };
  const [upload] = await stall(1, { ...system, token });
  expect((await fetch(`${tokens}/${id}`, { method: 'DELETE', headers })).status).toBe(204);
  expect(await upload?.response).toMatchObject({ status: 401, headers: { connection: 'close' } });
  await receiving(system, 0);
});

test('an upload that is slower than the stated rate ends with a 408, and its connection', async () => {
  const api = await startSlowApi();
  const [upload] = await stall(1, { ...system, url: api });
  const trickle = setInterval(() => upload?.request.write(' '), 50);
  try {
    const response = await upload?.response;
    expect(response).toMatchObject({ status: 408, headers: { connection: 'close' } });
    expect(response?.body).toMatch(/expected at least 1024 bytes per second over 1 second/);
  } finally {
    clearInterval(trickle);
  }
  await eventually('the connection ends', () => (upload?.request.socket?.destroyed === false ? null : true));
});

async function startSlowApi(): Promise<string> {
  const api = system.startApiProcess({ HOURGLASS_UPLOAD_WINDOW_SECONDS: '1' });
  const port = await api.lineWith((line) =>
    /"listening"/.test(line) ? (/"port":(\d+)/.exec(line)?.[1] ?? null) : null,
  );
  return `http://127.0.0.1:${port}`;
}

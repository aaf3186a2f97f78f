import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDatabaseOutage, testEvent } from '@hourglass/testing';
import { openDatabase } from '../src/index.ts';
import { databaseWithTenant, submittedQuery, type DatabaseWithTenant } from './database-with-tenant.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

function listener() {
  const received: string[] = [];
  const warnings: string[] = [];
  const database = openDatabase({ as: 'owner', url: db.url, poolSize: 2 });
  const listening = database.cancelSignals.listen((id) => received.push(id), {
    warn: (_, message) => warnings.push(message),
  });
  return {
    received,
    warnings,
    stop: async () => {
      await listening.stop();
      await database.close();
    },
  };
}

const untilListening = (count: number) =>
  expect
    .poll(
      () =>
        db.sql(
          `select pid from pg_stat_activity
            where datname = current_database() and query like 'listen %' and state = 'idle'`,
        ),
      { timeout: 20_000 },
    )
    .toHaveLength(count);

test('Every listening process receives each cancelled query and no other', async () => {
  const listeners = [listener(), listener()];
  await untilListening(2);
  const id = await submittedQuery(db);
  const ended = await submittedQuery(db);
  await db.database.queries.claim(ended, { leaseMs: 60_000, maxAttempts: 1, timeoutMs: 60_000 });
  await db.database.queries.fail(ended, 1, { reason: 'wrong', fault: 'query' });
  expect(await db.database.queries.cancel(db.tenant, ended, testEvent)).toBe(false);
  expect(await db.database.queries.cancel(db.tenant, id, testEvent)).toBe(true);
  expect(await db.database.queries.cancel(db.tenant, id, testEvent)).toBe(false);
  const last = await submittedQuery(db);
  await db.database.queries.cancel(db.tenant, last, testEvent);
  // Notifications arrive in commit order, so nothing else can arrive before the last one.
  for (const { received, stop } of listeners) {
    await expect.poll(() => received.at(-1)).toBe(last);
    expect(received).toEqual([id, last]);
    await stop();
  }
});

test('Listening resumes after an outage', async () => {
  const { received, warnings, stop } = listener();
  await untilListening(1);
  const outage = await startDatabaseOutage(db.url);
  await expect.poll(() => warnings).toHaveLength(1);
  await outage.end();
  await untilListening(1);
  const id = await submittedQuery(db);
  await db.database.queries.cancel(db.tenant, id, testEvent);
  await expect.poll(() => received).toEqual([id]);
  await stop();
  await untilListening(0);
});

test('An outage is logged once, regardless of the connection attempts', async () => {
  let connections = 0;
  const refusing = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  refusing.listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const { port } = refusing.address() as AddressInfo;
  const database = openDatabase({
    as: 'owner',
    url: `postgres://hourglass@127.0.0.1:${port}/none`,
    poolSize: 2,
  });
  const warnings: object[] = [];
  const listening = database.cancelSignals.listen(() => {}, { warn: (fields) => warnings.push(fields) });
  await expect.poll(() => connections, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
  await listening.stop();
  expect(warnings).toHaveLength(1);
  await database.close();
  refusing.close();
});

test('Stopping is immediate while the database is unreachable', async () => {
  const database = openDatabase({ as: 'owner', url: 'postgres://hourglass@127.0.0.1:1/none', poolSize: 2 });
  const warnings: object[] = [];
  const listening = database.cancelSignals.listen(() => {}, { warn: (fields) => warnings.push(fields) });
  await expect.poll(() => warnings).toHaveLength(1);
  const startedAtMs = performance.now();
  await listening.stop();
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  await database.close();
});

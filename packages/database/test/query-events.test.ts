import { randomUUID } from 'node:crypto';
import { newestEventId, type QueryEvent } from '@hourglass/reports';
import { eventually, testEvent } from '@hourglass/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  databaseWithTenant,
  noLimits,
  planOf,
  submittedQuery,
  type DatabaseWithTenant,
} from './database-with-tenant.ts';
import { claimed, publication, scope, terms } from './query-attempts.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

const textOf = ({ isStateChange, state, phase, progressPercent, rowsScanned }: QueryEvent) =>
  `${isStateChange ? 'state' : 'progress'} ${state} ${phase} ${progressPercent} ${rowsScanned}`;

async function eventsOf(id: string): Promise<readonly QueryEvent[]> {
  const page = await db.database.queryEvents.ofQuery(scope, id, '0');
  return page?.events ?? [];
}

test('every visible change of a query by any statement of the program is one event', async () => {
  const { queries } = db.database;
  const id = await submittedQuery(db);
  const first = await claimed(db, id);
  const progress = { phase: 'computing', percent: 40, rowsScanned: 7 } as const;
  await queries.renewLease(id, first, terms.leaseMs, progress);
  // The lease alone is not visible.
  await queries.renewLease(id, first, terms.leaseMs, progress);
  await queries.requeue(id, first, { kind: 'failed', retryAfterMs: 0 });
  const second = await claimed(db, id);
  await queries.complete(id, second, publication);
  await db.sql("update queries set expires_at = now() - interval '1 s' where id = $1", [id]);
  await queries.expireDue(10);
  expect((await eventsOf(id)).map(textOf)).toEqual([
    'state enqueued null 0 null',
    'state running collecting 0 0',
    'progress running computing 40 7',
    'state enqueued computing 40 7',
    'state running collecting 40 7',
    'state completed collecting 100 5000000000',
    'state expired collecting 100 5000000000',
  ]);
});

test('a cancelled query and one past its attempts have an event, the latter with its reason', async () => {
  const cancelled = await submittedQuery(db);
  await db.database.queries.cancel(db.tenant, cancelled, testEvent);
  const failed = await submittedQuery(db);
  for (let attempt = 0; attempt < terms.maxAttempts; attempt += 1) {
    await claimed(db, failed);
    await db.sql("update queries set lease_expires_at = now() - interval '1 s' where id = $1", [failed]);
  }
  await db.database.queries.failOverdue(terms);
  expect((await eventsOf(cancelled)).at(-1)).toMatchObject({ state: 'cancelled', failure: null });
  expect((await eventsOf(failed)).at(-1)).toMatchObject({
    state: 'failed',
    failure: expect.stringMatching(/./) as string,
  });
});

test('a change that is rolled back has no event', async () => {
  const id = await submittedQuery(db);
  await db.sql(`do $$ begin
    update queries set state = 'cancelled' where id = '${id}';
    raise exception 'undone';
  exception when raise_exception then end $$`);
  expect((await eventsOf(id)).map(({ state }) => state)).toEqual(['enqueued']);
});

test('events of an environment become visible in the order of their ids, although transactions overlap', async () => {
  const earlier = await submittedQuery(db);
  const later = await submittedQuery(db);
  const { queryEvents } = db.database;
  const start = (await queryEvents.ofEnvironment(db.tenant, null, newestEventId))?.newestId ?? '';
  const slow = new Client(db.url);
  await slow.connect();
  try {
    await slow.query('begin');
    await slow.query(`update queries set progress_percent = 1 where id = $1`, [earlier]);
    const overtaking = db.sql(`update queries set progress_percent = 1 where id = $1`, [later]);
    // It waits for the transaction that has taken its id.
    await eventually('the later transaction waits', async () => {
      const waiting = await db.sql("select from pg_locks where not granted and locktype = 'transactionid'");
      return waiting.length > 0 ? true : null;
    });
    expect((await queryEvents.ofEnvironment(db.tenant, null, start))?.events).toEqual([]);
    await slow.query('commit');
    await overtaking;
  } finally {
    await slow.end();
  }
  const page = await queryEvents.ofEnvironment(db.tenant, null, start);
  expect(page?.events.map(({ queryId }) => queryId)).toEqual([earlier, later]);
});

test('a page has at most 100 events, says whether more follow, and the next one continues', async () => {
  const { queryEvents } = db.database;
  const start = (await queryEvents.ofEnvironment(db.tenant, null, newestEventId))?.newestId ?? '';
  const id = await submittedQuery(db);
  for (let percent = 1; percent <= 100; percent += 1)
    await db.sql('update queries set progress_percent = $2 where id = $1', [id, percent]);
  const page = await queryEvents.ofEnvironment(db.tenant, null, start);
  expect([page?.events.length, page?.isFull]).toEqual([100, true]);
  const next = await queryEvents.ofEnvironment(db.tenant, null, page?.events.at(-1)?.id ?? '');
  expect(next?.events.map(({ progressPercent }) => progressPercent)).toEqual([100]);
  expect(next).toMatchObject({ isFull: false, isKnown: true, newestId: next?.events[0]?.id });
});

test('queries of a hostname have a stream of their own', async () => {
  const { queryEvents, queries } = db.database;
  const start = (await queryEvents.ofEnvironment(db.tenant, null, newestEventId))?.newestId ?? '';
  const id = randomUUID();
  const labels = { hostname: 'api.acme.example' };
  await queries.submit(
    { id, plan: planOf(db.tenant), submittedBy: 'jane@example.com', labels, audit: testEvent },
    noLimits,
  );
  expect((await queryEvents.ofEnvironment(db.tenant, null, start))?.events).toEqual([]);
  const page = await queryEvents.ofEnvironment(db.tenant, 'api.acme.example', start);
  expect(page?.events.map(({ queryId, hostname }) => [queryId, hostname])).toEqual([[id, labels.hostname]]);
});

test('a commit notifies every listener of the environment and the query', async () => {
  const notified: [number, string][] = [];
  let isListening = false;
  const listener = db.database.queryEvents.listen({
    onChanged: (environmentId, queryId) => notified.push([environmentId, queryId]),
    onListening: () => (isListening = true),
    onLost: () => (isListening = false),
  });
  try {
    await eventually('the listener listens', () => (isListening ? true : null));
    const id = await submittedQuery(db);
    await eventually('the notification', () => (notified.length > 0 ? true : null));
    expect(notified).toEqual([[db.tenant.environmentId, id]]);
  } finally {
    await listener.stop();
  }
});

test('old events are deleted, oldest first and as many as asked, and a resumed reader learns of it', async () => {
  const { queryEvents, expiredQueryEvents } = db.database;
  const id = await submittedQuery(db);
  const [event] = await eventsOf(id);
  await db.sql("update query_events set at = now() - interval '8 days' where id <= $1", [event?.id]);
  let deleted = 0;
  for (let count = 3; count === 3; deleted += count)
    count = await expiredQueryEvents.deleteExpiredEvents({ days: 7, limit: 3 });
  expect(deleted).toBeGreaterThan(3);
  expect(await eventsOf(id)).toEqual([]);
  const page = await queryEvents.ofQuery(scope, id, event?.id ?? '');
  expect(page).toMatchObject({ isKnown: false, state: 'enqueued' });
});

test('a query takes its events with it', async () => {
  const id = await submittedQuery(db);
  await db.sql('delete from queries where id = $1', [id]);
  expect(await db.sql('select from query_events where query_id = $1', [id])).toEqual([]);
});

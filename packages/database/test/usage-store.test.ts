import { randomUUID } from 'node:crypto';
import { dayMs } from '@hourglass/reports';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Queryable } from '../src/connection/scoped-pool.ts';
import { readEnvironmentUse } from '../src/usage/environment-use.ts';
import { readIngest } from '../src/usage/ingest.ts';
import { readSegmentSpans } from '../src/usage/segment-spans.ts';
import { readUseOfTokens } from '../src/usage/use-of-tokens.ts';
import { readUseOfUsers } from '../src/usage/use-of-users.ts';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';

/** Ends a read whose statement was explained. */
class Explained extends Error {}

const jane = 'jane@example.com';
const joe = 'joe@example.com';
const nowMs = Date.UTC(2026, 5, 15, 12);
const lastMonth = { startMs: nowMs - 30 * dayMs, endExclusiveMs: nowMs };

let db: DatabaseWithTenant;
/** Connects as the owner. */
let owner: Pool;
beforeAll(async () => {
  db = await databaseWithTenant();
  owner = new Pool({ connectionString: db.url, max: 1 });
  await db.admin.createEnvironment({ organization: 'acme', name: 'test' });
  await db.admin.createOrganization('other');
  await db.admin.createEnvironment({ organization: 'other', name: 'prod' });
  for (const organization of ['acme', 'other'])
    await db.admin.createUser({
      ...{ organization, email: organization === 'acme' ? jane : 'stranger@example.com' },
      ...{ password: 'secret of a test', role: 'administrator' },
    });
});
afterAll(async () => {
  await owner.end();
  await db.close();
});

interface QueryValues {
  readonly state?: string;
  readonly submittedBy?: string;
  readonly atMs?: number;
  readonly scanned?: number;
  readonly archive?: string;
  readonly bytes?: number;
  readonly reusedFrom?: string;
  readonly joinedTo?: string;
  readonly scheduleId?: string;
  readonly tenant?: readonly [organization: string, environment: string];
}

async function insertQuery(values: QueryValues = {}): Promise<string> {
  const {
    state = 'completed',
    submittedBy = jane,
    atMs = nowMs - 1000,
    scanned = null,
    archive = null,
  } = values;
  const {
    bytes = null,
    reusedFrom = null,
    joinedTo = null,
    scheduleId = null,
    tenant = ['acme', 'prod'],
  } = values;
  const id = randomUUID();
  await db.sql(
    `insert into queries (id, environment_id, plan, state, submitted_by, created_at, rows_scanned, archive_key,
                          archive_bytes, reused_from, joined_to, schedule_id)
     select $1, e.id, '{}', $2::query_state, $3, $4, $5, $6, $7, $8, $9, $10
       from environments e join organizations o on o.id = e.organization_id
      where o.name = $11 and e.name = $12`,
    [
      ...[id, state, submittedBy, new Date(atMs).toISOString(), scanned, archive, bytes],
      ...[reusedFrom, joinedTo, scheduleId, ...tenant],
    ],
  );
  return id;
}

interface BatchValues {
  readonly dataset?: string;
  readonly accepted?: number;
  readonly deleted?: number;
  readonly hot?: boolean;
  readonly atMs?: number;
  readonly createdBy?: string | null;
  readonly environmentId?: number;
}

async function insertBatch(values: BatchValues = {}): Promise<void> {
  const { dataset = 'api', accepted = 1, deleted = 0, hot = false, atMs = nowMs - 1000 } = values;
  const { createdBy = jane, environmentId = db.tenant.environmentId } = values;
  await db.sql(
    `insert into batches (environment_id, dataset, id, accepted, deleted, hot, created_at, created_by, body_sha256)
     values ($1, $2, $3, $4, $5, $6, $7, $8, '')`,
    [environmentId, dataset, randomUUID(), accepted, deleted, hot, new Date(atMs).toISOString(), createdBy],
  );
}

async function insertSegment({
  dataset = 'api',
  state = 'live',
  facts = 10,
  bytes = 1000,
  firstMs = nowMs,
  lastMs = nowMs,
} = {}): Promise<void> {
  await db.sql(
    `insert into segments (id, environment_id, dataset, state, object_key, bytes, sha256, facts, first_at, last_at, columns)
     values ($1::uuid, $2, $3, $4::segment_state, $1::uuid::text, $5, '', $6, $7, $8, '[]')`,
    [
      ...[randomUUID(), db.tenant.environmentId, dataset, state, bytes, facts],
      ...[new Date(firstMs).toISOString(), new Date(lastMs).toISOString()],
    ],
  );
}

async function empty(): Promise<void> {
  for (const table of ['queries', 'batches', 'segments']) await db.sql(`delete from ${table} where true`);
}

test('counts active queries as the limits do, stored archives once, and hot and sealed facts by dataset', async () => {
  await empty();
  const running = await insertQuery({ state: 'running' });
  await insertQuery({ state: 'enqueued' });
  // Waits for the result of another one, and does not count.
  await insertQuery({ state: 'enqueued', joinedTo: running });
  await insertQuery({ state: 'running', scheduleId: randomUUID() });
  await insertQuery({ archive: 'one', bytes: 100 });
  await insertQuery({ archive: 'one', bytes: 100, reusedFrom: randomUUID() });
  await insertQuery({ archive: 'two', bytes: 11 });
  await insertQuery({ state: 'expired', archive: 'gone', bytes: 1000 });
  await insertQuery({ archive: 'foreign', bytes: 5000, tenant: ['other', 'prod'] });
  await insertBatch({ accepted: 7, deleted: 2, hot: true });
  await insertBatch({ accepted: 100 });
  await insertBatch({ dataset: 'mint', accepted: 3, hot: true });
  await insertSegment({ facts: 10, bytes: 1000, firstMs: nowMs - dayMs });
  await insertSegment({ facts: 20, bytes: 1500, firstMs: nowMs - 2 * dayMs, lastMs: nowMs - dayMs });
  await insertSegment({ state: 'retired', facts: 1_000_000 });
  expect(await db.database.usage.use(db.tenant)).toEqual({
    at: expect.any(Date) as Date,
    ...{ running: 1, waiting: 1, scheduledQueries: 1, schedules: 0, results: 2, resultBytes: 111 },
    facts: [
      {
        ...{ dataset: 'api', hotFacts: 5, segments: 2, segmentFacts: 30, segmentBytes: 2500 },
        ...{ firstAt: new Date(nowMs - 2 * dayMs), lastAt: new Date(nowMs) },
      },
      {
        ...{ dataset: 'mint', hotFacts: 3, segments: 0, segmentFacts: 0, segmentBytes: 0 },
        ...{ firstAt: null, lastAt: null },
      },
    ],
  });
});

test('counts accepted facts by hour and day, the newest first when there are too many', async () => {
  await empty();
  const hourMs = 3_600_000;
  const now = Date.now();
  const thisHour = Math.floor(now / hourMs) * hourMs;
  await insertBatch({ accepted: 5, atMs: thisHour });
  await insertBatch({ accepted: 6, dataset: 'orders.orders', atMs: thisHour });
  await insertBatch({ accepted: 7, atMs: thisHour - 23 * hourMs });
  await insertBatch({ accepted: 8, atMs: thisHour - 23 * hourMs - 1 });
  const hours = await db.database.usage.ingest(db.tenant, 'hour');
  const at = (ms: number) => new Date(ms);
  expect(hours.buckets).toEqual([
    { startsAt: at(thisHour - 23 * hourMs), dataset: 'api', batches: 1, facts: 7 },
    { startsAt: at(thisHour), dataset: 'api', batches: 1, facts: 5 },
    { startsAt: at(thisHour), dataset: 'orders.orders', batches: 1, facts: 6 },
  ]);
  expect([hours.from, hours.countedFrom]).toEqual([at(thisHour - 23 * hourMs), at(thisHour - 23 * hourMs)]);
  const days = await db.database.usage.ingest(db.tenant, 'day');
  expect(days.buckets.reduce((sum, { facts }) => sum + facts, 0)).toBe(26);
  const some = await readIngest(owner, db.tenant, 'hour', 2);
  expect([some.countedFrom, some.buckets.length]).toEqual([at(thisHour), 2]);
});

test('sums what users used of one environment or all, without other organizations and other times', async () => {
  await empty();
  const source = await insertQuery({ scanned: 100, archive: 'a', bytes: 9 });
  await insertQuery({ scanned: 100, archive: 'a', bytes: 9, reusedFrom: source });
  await insertQuery({ submittedBy: joe, state: 'failed', scanned: 40 });
  await insertQuery({ submittedBy: joe, scanned: 1, tenant: ['acme', 'test'] });
  await insertQuery({ scanned: 1_000_000, tenant: ['other', 'prod'] });
  await insertQuery({ scanned: 1_000_000, atMs: lastMonth.startMs - 1 });
  await insertQuery({ scanned: 1_000_000, atMs: nowMs });
  await insertBatch({ accepted: 12 });
  await insertBatch({ accepted: 13, createdBy: null });
  const ofJane = {
    ...{ environment: 'prod', user: jane, submissions: 2, shared: 1, failed: 0, scannedFacts: 100 },
    ...{ resultBytes: 9, batches: 1, ingestedFacts: 12 },
  };
  const none = { shared: 0, failed: 0, resultBytes: 0, batches: 0, ingestedFacts: 0 };
  const ofJoe = { ...none, environment: 'prod', user: joe, submissions: 1, failed: 1, scannedFacts: 40 };
  const unknown = { ...none, environment: 'prod', user: null, submissions: 0, scannedFacts: 0 };
  const inProd = await db.database.usage.users({ organization: 'acme', environment: 'prod' }, lastMonth);
  const unnamed = { ...unknown, batches: 1, ingestedFacts: 13 };
  expect(inProd.uses).toEqual([ofJane, ofJoe, unnamed]);
  expect(inProd.countedFrom.getTime()).toBe(lastMonth.startMs);
  const everywhere = await db.database.usage.users({ organization: 'acme' }, lastMonth);
  const inTest = { ...none, environment: 'test', user: joe, submissions: 1, scannedFacts: 1 };
  expect(everywhere.uses).toEqual([ofJane, ofJoe, inTest, unnamed]);
  expect((await db.database.usage.users({ organization: 'nowhere' }, lastMonth)).uses).toEqual([]);
});

test('reads at most the given number of queries and batches of all environments together, and says since when they are counted', async () => {
  await empty();
  for (let i = 0; i < 6; i += 1) {
    await insertQuery({ atMs: nowMs - 1000 * (i + 1), scanned: 1 });
    await insertBatch({ atMs: nowMs - 3000 * (i + 1) });
  }
  const scope = { organization: 'acme' };
  // Two environments share the 8 and 6 rows.
  const { uses, countedFrom } = await readUseOfUsers(owner, scope, lastMonth, { queries: 8, batches: 6 });
  expect(uses).toMatchObject([{ submissions: 4, batches: 3 }]);
  expect(countedFrom.getTime()).toBe(nowMs - 4000);
});

test('sums what existing tokens used by the audit log, without sign-ins and earlier organizations of the name', async () => {
  await empty();
  await db.sql(`update organizations set created_at = $1 where name = 'acme'`, [
    new Date(lastMonth.startMs + dayMs).toISOString(),
  ]);
  await db.admin.createToken({ email: jane, token: 'hg_one', scopes: ['read'] });
  await db.admin.createToken({ email: jane, token: 'hg_session', scopes: ['read'] });
  const tokens = await db.sql<{ id: string }>(`update tokens set description = 'nightly' returning id`);
  const [token, session] = tokens.map(({ id }) => id);
  await db.sql(`update tokens set sign_in = 'password' where id = $1`, [session]);
  const event = (
    action: string,
    {
      object = '',
      tokenId = token,
      details = {},
      atMs = nowMs - 1000,
      organization = 'acme',
      refusal = null as string | null,
    } = {},
  ) =>
    db.sql(
      `insert into audit_events (at, organization, environment, actor, token_id, action, object, details, refusal)
       values ($1, $2, 'prod', 'token', $3, $4, $5, $6, $7)`,
      [new Date(atMs).toISOString(), organization, tokenId, action, object, JSON.stringify(details), refusal],
    );
  const one = await insertQuery({ scanned: 50, archive: 'b', bytes: 5 });
  const shared = await insertQuery({ scanned: 50, archive: 'b', bytes: 5, reusedFrom: one });
  await event('query.submit', { object: one });
  await event('query.submit', { object: shared });
  await event('query.submit', { object: 'no id', refusal: 'request.invalid' });
  await event('query.submit', { object: 'refused', refusal: 'limit.submissions' });
  await event('query.submit', { object: one, tokenId: session });
  await event('query.submit', { object: one, tokenId: randomUUID() });
  await event('query.submit', { object: one, organization: 'other' });
  await event('query.submit', { object: one, atMs: lastMonth.startMs + 1 });
  await event('facts.ingest', { details: { accepted: 70 } });
  await event('records.ingest', { details: { accepted: 7 } });
  const found = await db.database.usage.tokens('acme', lastMonth);
  expect(found.uses).toEqual([
    {
      ...{ environment: 'prod', user: jane, tokenId: token, description: 'nightly', submissions: 2 },
      ...{ scannedFacts: 50, resultBytes: 5, batches: 2, ingestedFacts: 77 },
    },
  ]);
  const few = await readUseOfTokens(owner, 'acme', lastMonth, 3);
  expect(few.countedFrom.getTime()).toBe(nowMs - 1000);
});

test('reads through indexes below the policies, however long the history is', async () => {
  await empty();
  const client = await owner.connect();
  const indexes = new Set<string>();
  const explained: Queryable = {
    async query(statement) {
      const { text, values } = statement as { text: string; values: unknown[] };
      await client.query(`begin; set local role hourglass_api_accounts; set local enable_seqscan = off;
        set local enable_bitmapscan = off; set local hourglass.organization = 'acme'`);
      try {
        const { rows } = await client.query<{ 'QUERY PLAN': string }>({ text: `explain ${text}`, values });
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        for (const [, index = ''] of plan.matchAll(/using (\w+) on/g)) indexes.add(index);
      } finally {
        await client.query('rollback');
      }
      throw new Explained();
    },
  };
  const reads = [
    () => readEnvironmentUse(explained, db.tenant),
    () => readIngest(explained, db.tenant, 'day'),
    () => readSegmentSpans(explained, db.tenant, lastMonth, 10),
    () => readUseOfUsers(explained, { organization: 'acme' }, lastMonth),
    () => readUseOfTokens(explained, 'acme', lastMonth),
  ];
  try {
    for (const read of reads) await expect(read()).rejects.toThrow(Explained);
  } finally {
    client.release();
  }
  expect([...indexes]).toEqual(
    expect.arrayContaining([
      'queries_active_newest_idx',
      'queries_completed_newest_idx',
      'batches_hot_idx',
      'batches_environment_id_created_at_idx',
      'segments_live_idx',
      'queries_environment_id_created_at_id_idx',
      'audit_events_organization_at_id_idx',
      'queries_pkey',
    ]),
  );
});

import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEvent } from '@hourglass/testing';
import {
  databaseWithTenant,
  noLimits,
  planOf,
  submittedQuery,
  type DatabaseWithTenant,
} from './database-with-tenant.ts';
import { found, scope } from './query-attempts.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

describe('submission', () => {
  test("returns the enqueued query, which can be found with the same plan and the database's time", async () => {
    const id = randomUUID();
    const plan = planOf(db.tenant);
    const outcome = await db.database.queries.submit(
      { id, plan, submittedBy: 'jane@example.com', audit: testEvent },
      noLimits,
    );
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    const submitted = outcome.record;
    expect(submitted).toEqual({
      id,
      plan,
      state: 'enqueued',
      attempt: 0,
      progressPercent: 0,
      phase: null,
      rowsScanned: null,
      submittedBy: 'jane@example.com',
      labels: {},
      createdAt: expect.any(Date),
      updatedAt: submitted.createdAt,
      failure: null,
      result: null,
      reusedFrom: null,
      hasJoined: false,
    });
    expect(await found(db, id)).toEqual(submitted);
    const [row] = await db.sql<{ age: number }>(
      'select extract(epoch from now() - created_at)::float8 as age from queries where id = $1',
      [id],
    );
    expect(row?.age).toBeGreaterThanOrEqual(0);
    expect(row?.age).toBeLessThan(30);
  });

  test('of one environment waits while the environment is locked', async () => {
    const id = randomUUID();
    const submissions: string[] = [];
    const locker = new Client(db.url);
    await locker.connect();
    await locker.query('begin');
    // Weaker than a submission's lock, and compatible with a query's foreign key.
    await locker.query('select id from environments where id = $1 for no key update', [
      db.tenant.environmentId,
    ]);
    const submitted = db.database.queries
      .submit({ id, plan: planOf(db.tenant), submittedBy: 'jane@example.com', audit: testEvent }, noLimits)
      .then(() => submissions.push('submitted'));
    // A waiter for the lock shows that the statement has reached the server.
    await expect
      .poll(() =>
        db.sql(
          "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        ),
      )
      .toHaveLength(1);
    submissions.push('unlocked');
    await locker.query('commit');
    await locker.end();
    await submitted;
    expect(submissions).toEqual(['unlocked', 'submitted']);
  });
});

describe('finding', () => {
  test('returns a query in its own environment only', async () => {
    const id = await submittedQuery(db);
    const test = await db.admin.createEnvironment({ organization: 'acme', name: 'test' });
    await db.admin.createOrganization('rival');
    const rival = await db.admin.createEnvironment({ organization: 'rival', name: 'prod' });
    const foreign = [
      { organization: 'acme', environment: 'test' },
      { organization: 'rival', environment: 'prod' },
      { organization: 'acme', environment: 'none' },
    ];
    expect(await db.database.queries.find(scope, id)).not.toBeNull();
    for (const other of foreign) {
      expect(await db.database.queries.find(other, id)).toBeNull();
    }
    for (const other of [test, rival]) expect(await db.database.queries.list(other, {}, 10)).toEqual([]);
  });

  test('by organization returns queries of all its environments and of no other organization', async () => {
    const id = await submittedQuery(db);
    expect(await db.database.queries.find({ organization: 'acme' }, id)).toMatchObject({ id });
    expect(await db.database.queries.find({ organization: 'rival' }, id)).toBeNull();
  });

  test('returns the labels of the submission', async () => {
    const { queries } = db.database;
    const labels = {
      hostname: 'api.example.com',
      name: "Jane's “report”",
      reportDefinitionId: 'b2c5\\',
    };
    const plan = planOf(db.tenant);
    const submitter = { submittedBy: 'jane@example.com', audit: testEvent };
    const submission = { id: randomUUID(), plan, labels, ...submitter };
    const submitted = await queries.submit(submission, noLimits);
    expect(submitted).toMatchObject({ kind: 'accepted', record: { labels } });
    expect((await queries.find(scope, submission.id))?.labels).toEqual(labels);
    expect((await queries.find(scope, await submittedQuery(db)))?.labels).toEqual({});
  });

  test.each(['', 'no-uuid', "' or true --", `${randomUUID()}x`])(
    'returns null for the malformed id %j',
    async (id) => {
      expect(await db.database.queries.find(scope, id)).toBeNull();
    },
  );

  test('lists the newest queries first, those of one millisecond by id, up to the limit', async () => {
    const ids = [await submittedQuery(db), await submittedQuery(db), await submittedQuery(db)];
    const [oldest = '', ...newest] = ids;
    // Submissions can share a millisecond; their order is then undefined.
    await db.sql("update queries set created_at = now() + interval '1 minute' where id = $1", [oldest]);
    await db.sql("update queries set created_at = now() + interval '2 minutes' where id = any($1)", [newest]);
    const listed = await db.database.queries.list(db.tenant, {}, 3);
    expect(listed.map((query) => query.id)).toEqual([...newest.toSorted().toReversed(), oldest]);
  });

  test('refuses a stored plan of another version', async () => {
    const id = await submittedQuery(db);
    await db.sql(`update queries set plan = '{"version": 2}' where id = $1`, [id]);
    await expect(db.database.queries.find(scope, id)).rejects.toThrow('the stored plan has version 2');
    await db.sql('delete from queries where id = $1', [id]);
  });
});

import { randomUUID } from 'node:crypto';
import type { SubmissionOutcome } from '@hourglass/reports';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, testEvent } from '@hourglass/testing';
import { databaseWithTenant, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';
import { withClient } from './empty-database.ts';

const scope = { organization: 'acme', environment: 'prod' };
const limits = { queriesPerHour: 7, activeQueries: 10 };
const terms = { leaseMs: 60_000, maxAttempts: 1, timeoutMs: 3_600_000 };

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql('delete from queries');
  await db.sql('update environments set queries_per_hour = null, active_queries = null');
});

function submit(own = limits): Promise<SubmissionOutcome> {
  const submission = {
    id: randomUUID(),
    plan: planOf(db.tenant),
    submittedBy: 'jane@example.com',
    audit: testEvent,
  };
  return db.database.queries.submit(submission, own);
}

async function accepted(): Promise<string> {
  const outcome = await submit();
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  return outcome.record.id;
}

/** Submits a query and ages it by `ageSeconds`. */
async function pastQuery(ageSeconds: number, state = 'completed'): Promise<void> {
  await db.sql(
    `insert into queries (id, environment_id, plan, state, submitted_by, created_at)
     values ($1, $2, $3, $4::query_state, 'jane@example.com', now() - $5::float8 * interval '1 second')`,
    [randomUUID(), db.tenant.environmentId, planOf(db.tenant), state, ageSeconds],
  );
}

/**
 * Expects the reset when the `untilAgeOf`-th oldest query is an hour old. The seconds are rounded
 * up and lie between the values before and after the submission, because the test may be slow.
 */
async function expectRefused(own: typeof limits, { untilAgeOf }: { untilAgeOf: number }): Promise<void> {
  const before = await secondsUntilAnHourOld(untilAgeOf);
  const outcome = await submit(own);
  const after = await secondsUntilAnHourOld(untilAgeOf);
  expect(outcome).toMatchObject({ kind: 'refused', reason: 'submissions' });
  const { secondsToReset } = outcome.usage;
  expect(secondsToReset).toBeLessThanOrEqual(Math.ceil(before));
  expect(secondsToReset).toBeGreaterThanOrEqual(Math.ceil(after));
}

async function secondsUntilAnHourOld(index: number): Promise<number> {
  const rows: { seconds?: number }[] = await db.sql(
    `select 3600 - extract(epoch from clock_timestamp() - created_at)::float8 as seconds
       from queries order by created_at limit 1 offset $1`,
    [index],
  );
  return Number(rows[0]?.seconds);
}

const count = async () => (await db.sql('select id from queries')).length;

describe('the limit of a rolling hour', () => {
  test('accepts exactly the allowed number of concurrent submissions and stores no other', async () => {
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => submit()));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(7);
    expect(await count()).toBe(7);
    const refused = outcomes.find(({ kind }) => kind === 'refused');
    expect(refused).toMatchObject({
      reason: 'submissions',
      usage: { limits, submittedInHour: 7, active: 7 },
    });
  });

  test('counts a submission that commits while the next one waits', async () => {
    await withClient(db.url, async (client) => {
      await client.query('begin');
      await client.query('select id from environments where id = $1 for update', [db.tenant.environmentId]);
      const waiting = submit({ ...limits, queriesPerHour: 1 });
      await eventually('it waits for the lock', async () => {
        const [row] = await db.sql<{ waiting: number }>(
          `select count(*)::integer as waiting from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return row?.waiting === 1 ? true : null;
      });
      await client.query(
        `insert into queries (id, environment_id, plan, submitted_by) values ($1, $2, $3, 'jane@example.com')`,
        [randomUUID(), db.tenant.environmentId, planOf(db.tenant)],
      );
      await client.query('commit');
      expect(await waiting).toMatchObject({ kind: 'refused', usage: { submittedInHour: 1, active: 1 } });
    });
  });

  test('returns the usage after each accepted submission', async () => {
    const usages = [];
    for (let i = 0; i < 3; i += 1) usages.push((await submit()).usage);
    expect(usages.map(({ submittedInHour, active }) => [submittedInHour, active])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(await db.database.queries.usage(scope, limits)).toMatchObject({ submittedInHour: 3, active: 3 });
  });

  test('counts a submission for exactly an hour, regardless of its outcome', async () => {
    for (const state of ['completed', 'failed', 'cancelled', 'expired']) await pastQuery(3590, state);
    for (let i = 0; i < 3; i += 1) await pastQuery(3590);
    expect((await submit()).kind).toBe('refused');
    await db.sql("update queries set created_at = created_at - interval '10 seconds'");
    const outcome = await submit();
    expect(outcome).toMatchObject({ kind: 'accepted', usage: { submittedInHour: 1 } });
  });

  test('returns the seconds until the next submission is accepted', async () => {
    for (const age of [3000, 2000, 1000.5, 500, 400, 300, 200]) await pastQuery(age);
    await expectRefused(limits, { untilAgeOf: 0 });
    await db.sql("update queries set created_at = created_at - interval '600 seconds'");
    expect(await submit()).toMatchObject({ kind: 'accepted', usage: { submittedInHour: 7 } });
  });

  test('waits for enough submissions to leave after the limit was lowered', async () => {
    for (const age of [3000, 2000, 1000, 500]) await pastQuery(age);
    const lowered = { ...limits, queriesPerHour: 2 };
    await expectRefused(lowered, { untilAgeOf: 2 });
    await db.sql("update queries set created_at = created_at - interval '2600 seconds'");
    expect((await submit(lowered)).kind).toBe('accepted');
  });

  test('resets in an hour when nothing was submitted', async () => {
    expect(await db.database.queries.usage(scope, limits)).toEqual({
      limits,
      submittedInHour: 0,
      active: 0,
      secondsToReset: 3600,
    });
  });

  test('does not count a query that failed through the service, and counts every other', async () => {
    const { queries } = db.database;
    const [ours, theirs, late, neverEnded] = [
      await accepted(),
      await accepted(),
      await accepted(),
      await accepted(),
    ];
    for (const id of [ours, theirs, late, neverEnded]) await queries.claim(id, terms);
    const used = async () => (await queries.usage(scope, limits))?.submittedInHour;

    await queries.fail(theirs, 1, { reason: 'it took too long', fault: 'query' });
    expect(await used()).toBe(4);
    await queries.fail(ours, 1, { reason: 'the disk is full', fault: 'service' });
    expect(await used()).toBe(3);
    await db.sql('update queries set lease_expires_at = now() where lease_expires_at is not null');
    await db.sql("update queries set first_started_at = now() - interval '1 day' where id = $1", [late]);
    // One is out of time, the other out of attempts.
    expect(await queries.failOverdue(terms)).toBe(2);
    expect((await queries.find(scope, neverEnded))?.state).toBe('failed');
    expect(await used()).toBe(2);
  });
});

describe('the limit of active queries', () => {
  const few = { queriesPerHour: 1000, activeQueries: 3 };

  test('counts enqueued and running queries, and concurrent submissions never exceed it', async () => {
    await pastQuery(90_000, 'running');
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => submit(few)));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(2);
    expect(outcomes.find(({ kind }) => kind === 'refused')).toMatchObject({
      reason: 'active',
      usage: { active: 3, submittedInHour: 2 },
    });
    await db.sql("update queries set state = 'completed' where state = 'running'");
    expect((await submit(few)).kind).toBe('accepted');
    expect((await submit(few)).kind).toBe('refused');
  });
});

describe("an environment's own limits", () => {
  test('override those of the settings individually', async () => {
    await db.sql('update environments set queries_per_hour = 2 where id = $1', [db.tenant.environmentId]);
    expect((await submit()).usage.limits).toEqual({ queriesPerHour: 2, activeQueries: 10 });
    await submit();
    expect(await submit()).toMatchObject({ kind: 'refused', reason: 'submissions' });
    await db.sql('update environments set queries_per_hour = null, active_queries = 2');
    expect(await submit()).toMatchObject({ kind: 'refused', reason: 'active' });
  });

  test('and their usage apply to one environment only', async () => {
    const other = await db.admin.createEnvironment({ organization: 'acme', name: 'other' });
    for (let i = 0; i < 7; i += 1) await accepted();
    const submission = {
      id: randomUUID(),
      plan: planOf(other),
      submittedBy: 'jane@example.com',
      audit: testEvent,
    };
    expect((await db.database.queries.submit(submission, limits)).kind).toBe('accepted');
  });
});

test('The usage of an unknown environment is null', async () => {
  const { queries } = db.database;
  expect(await queries.usage({ organization: 'acme', environment: 'none' }, limits)).toBeNull();
  expect(await queries.usage({ organization: 'none', environment: 'prod' }, limits)).toBeNull();
});

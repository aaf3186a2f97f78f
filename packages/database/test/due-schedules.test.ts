import { randomUUID } from 'node:crypto';
import { queryIdOf, type ClaimedSchedule, type ScheduledQuery } from '@hourglass/reports';
import { testEvent } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  databaseWithTenant,
  noLimits,
  planOf,
  submittedQuery,
  type DatabaseWithTenant,
} from './database-with-tenant.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
  await db.admin.createUser({
    ...{ organization: 'acme', email: 'jane@acme.example', role: 'member', password: 'a long password' },
  });
  await db.sql(
    `insert into saved_reports (id, organization_id, definition) select $1, id, '{}' from organizations`,
    [report],
  );
});
afterAll(() => db.close());

const report = '11111111-1111-4111-8111-111111111111';
const due = new Date('2026-03-02T06:00:00Z');
const next = new Date('2027-03-02T06:00:00Z');

async function dueSchedule(): Promise<string> {
  const id = randomUUID();
  await db.sql(
    `insert into schedules (id, environment_id, report_id, overrides, cron, time_zone, catch_up, skip_if_empty, maker_id,
                            made_by, next_due_at, wake_at)
     select $1, $2, $3, '{}', '0 6 2 3 *', 'UTC', 'latest', false, id, email, $4, $4 from users`,
    [id, db.tenant.environmentId, report, due],
  );
  return id;
}

async function claim(id: string): Promise<ClaimedSchedule> {
  const claimed = await db.database.dueSchedules.claim(100, 0);
  const found = claimed.find((one) => one.id === id);
  if (found === undefined) throw new Error('the schedule is not due');
  return found;
}

function queryOf({ id, tenant, dueAt }: ClaimedSchedule): ScheduledQuery {
  const query = {
    plan: planOf(tenant),
    name: 'Name',
    report,
    submittedBy: 'jane@acme.example',
    audit: testEvent,
  };
  return { id: queryIdOf(id, dueAt), ...query };
}

const submit = (schedule: ClaimedSchedule, maxActive = 1_000) =>
  db.database.dueSchedules.submit(schedule, queryOf(schedule), {
    nextDueAt: next,
    defaultMaxActive: maxActive,
    retryAfterMs: 60_000,
  });

const runsOf = (id: string) =>
  db.sql<{ state: string; reason: string | null; query_id: string | null }>(
    'select state::text, reason, query_id from schedule_runs where schedule_id = $1 order by due_at',
    [id],
  );

const endQueries = () =>
  db.sql(
    "update queries set state = 'failed', lease_expires_at = null where state in ('enqueued', 'running')",
  );

describe('a claim', () => {
  test('goes to one of several workers, and to another one when it ends', async () => {
    const id = await dueSchedule();
    const claims = await Promise.all(
      Array.from({ length: 6 }, () => db.database.dueSchedules.claim(100, 60_000)),
    );
    expect(claims.flat().filter((one) => one.id === id)).toHaveLength(1);
    expect(await db.database.dueSchedules.claim(100, 60_000)).toEqual([]);
    await db.sql("update schedules set wake_at = now() - interval '1 s' where id = $1", [id]);
    expect(await claim(id)).toMatchObject({
      id,
      dueAt: due,
      tenant: db.tenant,
      refusals: 0,
      refusedSince: null,
    });
    await submit(await claim(id));
  });
});

describe('a due time', () => {
  test('is submitted by one of several workers that claimed it', async () => {
    const id = await dueSchedule();
    const schedule = await claim(id);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => submit(schedule)));
    expect(outcomes.toSorted()).toEqual([...Array.from({ length: 5 }, () => 'lost'), 'submitted']);
    expect(await runsOf(id)).toEqual([{ state: 'submitted', reason: null, query_id: queryIdOf(id, due) }]);
    const queries = await db.sql('select from queries where schedule_id = $1', [id]);
    expect(queries).toHaveLength(1);
  });

  test('is submitted or skipped, not both', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await dueSchedule();
      const schedule = await claim(id);
      const missed = { state: 'missed', reason: null, lastDueAt: due, dueTimes: 1, nextDueAt: next } as const;
      const [submitted, skipped, stopped] = await Promise.all([
        submit(schedule),
        db.database.dueSchedules.skip(schedule, missed),
        db.database.dueSchedules.stop(schedule, 'reportDeleted'),
      ]);
      expect([submitted === 'submitted', skipped, stopped].filter(Boolean)).toHaveLength(1);
      expect(await runsOf(id)).toHaveLength(1);
    }
  });

  test('of a schedule that was changed after the claim is not submitted', async () => {
    const id = await dueSchedule();
    const schedule = await claim(id);
    await db.sql('update schedules set next_due_at = null, wake_at = null where id = $1', [id]);
    expect(await submit(schedule)).toBe('lost');
    expect(await db.database.dueSchedules.findRun(schedule)).toBeNull();
    expect(await runsOf(id)).toEqual([]);
  });

  test('of a suspended organization or a deleted environment is not submitted', async () => {
    const id = await dueSchedule();
    const schedule = await claim(id);
    await db.sql('update organizations set suspended_at = now()');
    expect(await submit(schedule)).toBe('lost');
    expect(await db.database.dueSchedules.claim(100, 0)).toEqual([]);
    await db.sql('update organizations set suspended_at = null');
    const [owner] = await db.sql<{ id: number }>('select organization_id as id from environments');
    await db.sql('update environments set organization_id = null');
    expect(await submit(schedule)).toBe('lost');
    expect(await db.database.dueSchedules.claim(100, 0)).toEqual([]);
    await db.sql('update environments set organization_id = $1', [owner?.id]);
    expect(await submit(schedule)).toBe('submitted');
  });
});

describe('the limit of scheduled queries', () => {
  test('postpones a run, which is recorded and submitted when there is room', async () => {
    await endQueries();
    const [one, other] = [await dueSchedule(), await dueSchedule()];
    const [first, second] = [await claim(one), await claim(other)];
    expect(await submit(first, 1)).toBe('submitted');
    expect(await submit(second, 1)).toBe('postponed');
    expect(await submit(second, 1)).toBe('postponed');
    const [retrying] = await runsOf(other);
    expect(retrying).toMatchObject({ state: 'retrying', query_id: null });
    expect(retrying?.reason).toContain('1 scheduled queries');
    // Not before its delay.
    expect((await db.database.dueSchedules.claim(100, 0)).map(({ id }) => id)).not.toContain(other);
    await db.sql("update schedules set wake_at = now() - interval '1 s' where id = $1", [other]);
    const again = await claim(other);
    expect(again).toMatchObject({ refusals: 2, dueAt: due });
    expect(again.refusedSince).toBeInstanceOf(Date);
    await endQueries();
    expect(await submit(again, 1)).toBe('submitted');
    expect(await runsOf(other)).toEqual([
      { state: 'submitted', reason: null, query_id: queryIdOf(other, due) },
    ]);
  });

  test('is exact while several workers submit', async () => {
    await endQueries();
    const ids = await Promise.all(Array.from({ length: 8 }, dueSchedule));
    const claimed = await db.database.dueSchedules.claim(100, 0);
    const mine = claimed.filter(({ id }) => ids.includes(id));
    const outcomes = await Promise.all(mine.map((schedule) => submit(schedule, 3)));
    expect(outcomes.filter((outcome) => outcome === 'submitted')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'postponed')).toHaveLength(5);
  });

  test('is that of the environment, up to the ceiling of its organization', async () => {
    await endQueries();
    const ids = await Promise.all(Array.from({ length: 4 }, dueSchedule));
    const claimed = await db.database.dueSchedules.claim(100, 0);
    const mine = claimed.filter(({ id }) => ids.includes(id));
    await db.sql('update environments set scheduled_queries = 2');
    await db.sql('update organizations set scheduled_queries_ceiling = 1');
    const submitted = async () =>
      (await Promise.all(mine.map((schedule) => submit(schedule)))).filter(
        (outcome) => outcome === 'submitted',
      );
    expect(await submitted()).toHaveLength(1);
    await db.sql('update organizations set scheduled_queries_ceiling = null');
    expect(await submitted()).toHaveLength(1);
    await db.sql('update environments set scheduled_queries = null');
    expect(await submitted()).toHaveLength(2);
  });

  test('and those of submissions do not count the same queries', async () => {
    await endQueries();
    const before = await db.database.queries.usage(db.tenant, noLimits);
    const schedule = await claim(await dueSchedule());
    await submittedQuery(db);
    expect(await submit(schedule, 1)).toBe('submitted');
    const during = await db.database.queries.usage(db.tenant, noLimits);
    expect(during).toMatchObject({
      active: (before?.active ?? 0) + 1,
      submittedInHour: (before?.submittedInHour ?? 0) + 1,
    });
    // A failure of the query does not make it a submission.
    const query = queryIdOf(schedule.id, due);
    const terms = { leaseMs: 60_000, maxAttempts: 5, timeoutMs: 60_000 };
    const attempt = await db.database.queries.claim(query, terms);
    await db.database.queries.fail(query, attempt?.attempt ?? 0, { reason: 'wrong', fault: 'query' });
    const after = await db.database.queries.usage(db.tenant, noLimits);
    expect(after?.submittedInHour).toBe(during?.submittedInHour);
  });
});

describe('an outcome', () => {
  test('is recorded once', async () => {
    await endQueries();
    await db.database.dueSchedules.settleEnded(1_000);
    const schedule = await claim(await dueSchedule());
    await submit(schedule);
    expect(await db.database.dueSchedules.settleEnded(10)).toEqual([]);
    await db.sql(`update queries set state = 'failed', failure = 'out of time' where id = $1`, [
      queryIdOf(schedule.id, due),
    ]);
    const settled = await Promise.all(
      Array.from({ length: 4 }, () => db.database.dueSchedules.settleEnded(10)),
    );
    expect(settled.flat()).toEqual([
      {
        scheduleId: schedule.id,
        environmentId: db.tenant.environmentId,
        dueAt: due,
        queryId: queryIdOf(schedule.id, due),
        state: 'failed',
      },
    ]);
    expect(await runsOf(schedule.id)).toMatchObject([{ state: 'failed', reason: 'out of time' }]);
  });

  test('is kept for the given days', async () => {
    await db.database.dueSchedules.settleEnded(1_000);
    const id = await dueSchedule();
    await submit(await claim(id));
    await db.sql(
      "update schedule_runs set recorded_at = now() - interval '90 days 1 minute' where state <> 'retrying'",
    );
    const [before] = await db.sql<{ count: number }>('select count(*)::int from schedule_runs');
    expect(await db.database.dueSchedules.deleteExpiredRuns({ days: 91, limit: 100 })).toBe(0);
    expect(await db.database.dueSchedules.deleteExpiredRuns({ days: 90, limit: 1 })).toBe(1);
    await db.database.dueSchedules.deleteExpiredRuns({ days: 90, limit: 100 });
    const left = await db.sql<{ state: string }>('select state::text from schedule_runs');
    expect(left.length).toBeLessThan(before?.count ?? 0);
    // The one whose query has not ended, and the refused ones, which are newer.
    expect(new Set(left.map(({ state }) => state))).toEqual(new Set(['submitted', 'retrying']));
  });
});

test('schedules and their history go with their environment', async () => {
  const { environmentId } = await db.admin.createEnvironment({ organization: 'acme', name: 'gone' });
  const id = await dueSchedule();
  const schedule = await claim(id);
  const missed = { state: 'missed', reason: null, lastDueAt: due, dueTimes: 1, nextDueAt: next } as const;
  await db.database.dueSchedules.skip(schedule, missed);
  await db.sql('update schedules set environment_id = $2 where id = $1', [id, environmentId]);
  await db.sql('update schedule_runs set environment_id = $2 where schedule_id = $1', [id, environmentId]);
  await db.sql('update environments set organization_id = null where id = $1', [environmentId]);
  expect(await db.database.deletedTenants.deleteEnvironment(environmentId)).toBe(true);
  expect(await db.sql('select from schedules where id = $1', [id])).toHaveLength(0);
  expect(await runsOf(id)).toEqual([]);
});

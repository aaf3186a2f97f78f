import { randomUUID } from 'node:crypto';
import { type Progress } from '@hourglass/reports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEvent } from '@hourglass/testing';
import {
  databaseWithTenant,
  planOf,
  submittedQuery,
  type DatabaseWithTenant,
} from './database-with-tenant.ts';
import { claimed, released, found, lapseLease, publication, terms } from './query-attempts.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

describe('a claim', () => {
  test('goes to exactly one of many concurrent workers', async () => {
    const id = await submittedQuery(db);
    const claims = await Promise.all(Array.from({ length: 8 }, () => db.database.queries.claim(id, terms)));
    expect(claims.filter((claim) => claim !== null)).toEqual([
      {
        id,
        plan: planOf(db.tenant),
        attempt: 1,
        countedAttempt: 1,
        failedAttempts: 0,
        createdAt: expect.any(Date),
        remainingMs: expect.closeTo(terms.timeoutMs, -1),
      },
    ]);
    await lapseLease(db, id);
    const second = await Promise.all(Array.from({ length: 8 }, () => db.database.queries.claim(id, terms)));
    expect(second.filter((claim) => claim !== null).map((claim) => claim?.attempt)).toEqual([2]);
  });

  test('takes over a running query only after its lease lapsed; only the newest attempt publishes', async () => {
    const halfway: Progress = { phase: 'computing', percent: 50, rowsScanned: 7 };
    const id = await submittedQuery(db);
    expect(await claimed(db, id)).toBe(1);
    expect(await db.database.queries.claim(id, terms)).toBeNull();
    await lapseLease(db, id);
    expect(await claimed(db, id)).toBe(2);
    expect(await db.database.queries.renewLease(id, 1, terms.leaseMs, halfway)).toBe(false);
    expect(await db.database.queries.complete(id, 1, publication)).toBe(false);
    expect(await db.database.queries.fail(id, 1, { reason: 'too late', fault: 'query' })).toBe(false);
    expect(await db.database.queries.requeue(id, 1, released)).toBe(false);
    expect(await found(db, id)).toMatchObject({ state: 'running', attempt: 2, progressPercent: 0 });
    expect(await db.database.queries.complete(id, 2, publication)).toBe(true);
    expect(await found(db, id)).toMatchObject({ state: 'completed', attempt: 2 });
  });

  test.each(['lapses', 'is requeued'])(
    'shows the progress of the previous attempt, which %s, until the next attempt exceeds it',
    async (end) => {
      const { queries } = db.database;
      const id = await submittedQuery(db);
      const shown = async () => {
        const { progressPercent, phase, rowsScanned } = await found(db, id);
        return { progressPercent, phase, rowsScanned };
      };
      const renewed = (attempt: number, progress: Progress) =>
        queries.renewLease(id, attempt, terms.leaseMs, progress);
      await claimed(db, id);
      expect(await shown()).toEqual({ progressPercent: 0, phase: 'collecting', rowsScanned: 0 });
      await renewed(1, { phase: 'computing', percent: 45.9, rowsScanned: 700 });
      expect(await shown()).toEqual({ progressPercent: 45, phase: 'computing', rowsScanned: 700 });
      if (end === 'lapses') await lapseLease(db, id);
      else await queries.requeue(id, 1, released);
      await claimed(db, id);
      await renewed(2, { phase: 'collecting', percent: 10, rowsScanned: 0 });
      expect(await shown()).toEqual({ progressPercent: 45, phase: 'collecting', rowsScanned: 700 });
      await renewed(2, { phase: 'writing', percent: 61, rowsScanned: 900 });
      expect(await shown()).toEqual({ progressPercent: 61, phase: 'writing', rowsScanned: 900 });
    },
  );

  test('gives every attempt the rest of the timeout', async () => {
    const id = await submittedQuery(db);
    await claimed(db, id);
    await db.sql("update queries set first_started_at = now() - interval '10 minutes' where id = $1", [id]);
    await lapseLease(db, id);
    const claim = await db.database.queries.claim(id, terms);
    expect(claim?.remainingMs).toBeLessThanOrEqual(terms.timeoutMs - 600_000);
    expect(claim?.remainingMs).toBeGreaterThan(terms.timeoutMs - 660_000);
  });

  test('returns the counted attempts, without released ones, and the failed attempts', async () => {
    const { queries } = db.database;
    const id = await submittedQuery(db);
    await claimed(db, id);
    await queries.requeue(id, 1, released);
    expect(await queries.claim(id, terms)).toMatchObject({
      attempt: 2,
      countedAttempt: 1,
      failedAttempts: 0,
    });
    await queries.requeue(id, 2, { kind: 'failed', retryAfterMs: 0 });
    expect(await queries.claim(id, terms)).toMatchObject({
      attempt: 3,
      countedAttempt: 2,
      failedAttempts: 1,
    });
  });

  test('of a failed query is refused until its retry is due', async () => {
    const { queries } = db.database;
    const id = await submittedQuery(db);
    await claimed(db, id);
    await queries.requeue(id, 1, { kind: 'failed', retryAfterMs: 60_000 });
    expect(await queries.claim(id, terms)).toBeNull();
    expect(await queries.listWaiting(terms, 1000)).not.toContain(id);
    await db.sql("update queries set retry_at = retry_at - interval '1 minute' where id = $1", [id]);
    expect(await queries.listWaiting(terms, 1000)).toContain(id);
    expect(await claimed(db, id)).toBe(2);
  });
});

describe('a query that no worker will end fails', () => {
  const aged = (id: string, age: string) =>
    db.sql('update queries set first_started_at = now() - $2::interval where id = $1', [id, age]);

  test('with the reason when its time is used up', async () => {
    const { queries } = db.database;
    const [requeued, running] = [await submittedQuery(db), await submittedQuery(db)];
    for (const id of [requeued, running]) await claimed(db, id);
    await queries.requeue(requeued, 1, released);
    for (const id of [requeued, running]) await aged(id, '1 hour');
    expect(await queries.claim(requeued, terms)).toBeNull();
    // The worker of the other query has a grace period to end it.
    expect(await queries.failOverdue(terms)).toBe(1);
    const failed = { state: 'failed', attempt: 1, failure: 'The query did not finish within 3600 s' };
    expect(await found(db, requeued)).toMatchObject(failed);
    expect((await found(db, running)).state).toBe('running');
    await aged(running, '1 hour 11 seconds');
    expect(await queries.failOverdue(terms)).toBe(1);
    expect(await found(db, running)).toMatchObject(failed);
    expect(await queries.complete(running, 1, publication)).toBe(false);
  });

  test('with the reason when its attempts are used up; released attempts do not count', async () => {
    const { queries } = db.database;
    const id = await submittedQuery(db);
    await claimed(db, id);
    await queries.requeue(id, 1, released);
    for (let attempt = 2; attempt <= 4; attempt += 1) {
      expect(await queries.failOverdue(terms)).toBe(0);
      expect(await claimed(db, id)).toBe(attempt);
      await lapseLease(db, id);
    }
    expect(await queries.claim(id, terms)).toBeNull();
    expect(await queries.listWaiting(terms, 1000)).not.toContain(id);
    expect(await queries.failOverdue(terms)).toBe(1);
    expect(await found(db, id)).toMatchObject({
      state: 'failed',
      attempt: 4,
      failure: 'The query was started 3 times and never finished',
    });
  });
});

describe('publication', () => {
  test('stores every figure exactly; the result expires after its time to live', async () => {
    const id = await submittedQuery(db);
    await claimed(db, id);
    await db.sql("update queries set started_at = now() - interval '11 s' where id = $1", [id]);
    expect(await db.database.queries.complete(id, 1, publication)).toBe(true);
    const { state, progressPercent, rowsScanned: read, updatedAt, result } = await found(db, id);
    const { watermark: _, rowsScanned, resultTtlSeconds, ...figures } = publication;
    expect({ state, progressPercent, read }).toEqual({
      state: 'completed',
      progressPercent: 100,
      read: rowsScanned,
    });
    expect(result).toEqual({
      ...figures,
      executionMs: expect.any(Number),
      expiresAt: new Date(updatedAt.getTime() + resultTtlSeconds * 1000),
    });
    expect(result?.executionMs).toBeGreaterThanOrEqual(11_000);
    expect(result?.executionMs).toBeLessThan(41_000);
    const [row] = await db.sql<{ watermark: string }>('select watermark from queries where id = $1', [id]);
    expect(row?.watermark).toBe('9007199254740993');
  });

  test('ends when it is due: the query expires once, and one worker receives its archive', async () => {
    const due = await submittedQuery(db);
    const fresh = await submittedQuery(db);
    for (const id of [due, fresh]) {
      await claimed(db, id);
      await db.database.queries.complete(id, 1, { ...publication, archiveKey: `results/${id}.zip` });
    }
    await db.sql("update queries set expires_at = now() - interval '1 s' where id = $1", [due]);
    const expired = await Promise.all([1, 2, 3].map(() => db.database.queries.expireDue(10)));
    expect(expired.flat()).toEqual([{ id: due, archiveKey: `results/${due}.zip`, isShared: false }]);
    expect((await found(db, due)).state).toBe('expired');
    expect((await found(db, fresh)).state).toBe('completed');
  });
});

test('Enqueued queries and running ones without a valid lease are waiting, oldest first within an environment', async () => {
  await db.sql('delete from queries');
  const [enqueued, running, lapsed, ended] = [
    await submittedQuery(db),
    await submittedQuery(db),
    await submittedQuery(db),
    await submittedQuery(db),
  ];
  for (const id of [running, lapsed, ended]) await claimed(db, id);
  await lapseLease(db, lapsed);
  await db.database.queries.fail(ended, 1, { reason: 'wrong', fault: 'query' });
  expect(await db.database.queries.listWaiting(terms, 10)).toEqual([enqueued, lapsed]);
  expect(await db.database.queries.listWaiting(terms, 1)).toEqual([enqueued]);
});

test('One of many concurrent workers begins an interval of a job, and none before the next is due', async () => {
  const { periodicJobs } = db.database;
  const ask = () => Promise.all(Array.from({ length: 8 }, () => periodicJobs.tryBegin('reconcile', 4_000)));
  expect((await ask()).filter(Boolean)).toHaveLength(1);
  expect((await ask()).filter(Boolean)).toHaveLength(0);
  await db.sql("update periodic_jobs set begun_at = now() - interval '4 seconds'");
  expect((await ask()).filter(Boolean)).toHaveLength(1);
  expect(await periodicJobs.tryBegin('another job', 4_000)).toBe(true);
});

test('Archives are orphaned unless a query has them as its result or a running attempt may publish them', async () => {
  const { queries } = db.database;
  const archive = (queryId: string, attempt: number) => ({ key: `${queryId}/${attempt}`, queryId, attempt });
  const [running, requeued, completed, cancelled] = [
    await submittedQuery(db),
    await submittedQuery(db),
    await submittedQuery(db),
    await submittedQuery(db),
  ];
  for (const id of [running, requeued, completed, cancelled]) {
    await claimed(db, id);
    await lapseLease(db, id);
    await claimed(db, id);
  }
  await queries.requeue(requeued, 2, released);
  await queries.complete(completed, 2, { ...publication, archiveKey: `${completed}/2` });
  await queries.cancel(db.tenant, cancelled, testEvent);
  const unknown = archive(randomUUID(), 1);
  const all = [running, requeued, completed, cancelled].flatMap((id) => [archive(id, 1), archive(id, 2)]);
  const owned = [`${running}/2`, `${completed}/2`];
  expect((await queries.orphanedWork([...all, unknown])).toSorted()).toEqual(
    [...all, unknown]
      .map(({ key }) => key)
      .filter((key) => !owned.includes(key))
      .toSorted(),
  );
  expect(await queries.orphanedWork([])).toEqual([]);
});

import { randomUUID } from 'node:crypto';
import {
  attemptPhases,
  mayBecome,
  type Progress,
  type Publication,
  type QueryRecord,
  type QueryState,
} from '@hourglass/reports';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  databaseWithTenant,
  noLimits,
  planOf,
  submittedQuery,
  type DatabaseWithTenant,
} from './database-with-tenant.ts';

const scope = { organization: 'acme', environment: 'prod' };
const terms = { leaseMs: 60_000, maxAttempts: 3, timeoutMs: 3_600_000 };
const excused = { kind: 'excused' } as const;
const publication: Publication = {
  archiveKey: 'results/a.zip',
  archiveBytes: 5_000_000_000,
  archiveMd5: '900150983cd24fb0d6963f7d28e17f72',
  rows: 3_000_000_000,
  rowsScanned: 5_000_000_000,
  gzipBytes: 4_999_999_000,
  watermark: 9_007_199_254_740_993n,
  resultTtlSeconds: 604_800,
};

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

async function found(id: string): Promise<QueryRecord> {
  const record = await db.database.queries.find(scope, id);
  if (record === null) throw new Error(`no query ${id}`);
  return record;
}

/** Stands in for the passing of time, which only the database's clock knows. */
function lapseLease(id: string): Promise<unknown> {
  return db.sql(
    "update queries set lease_expires_at = now() - interval '1 ms' where id = $1 and state = 'running'",
    [id],
  );
}

async function claimed(id: string): Promise<number> {
  const claim = await db.database.queries.claim(id, terms);
  if (claim === null) throw new Error(`query ${id} was not claimed`);
  return claim.attempt;
}

describe('submission', () => {
  test("answers the enqueued query, which can then be found with the same plan and the database's time", async () => {
    const id = randomUUID();
    const plan = planOf(db.tenant);
    const outcome = await db.database.queries.submit({ id, plan, submittedBy: 'jane@example.com' }, noLimits);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    const answered = outcome.record;
    expect(answered).toEqual({
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
      updatedAt: answered.createdAt,
      failure: null,
      result: null,
    });
    expect(await found(id)).toEqual(answered);
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
    // Weaker than the lock of a submission, and no obstacle to the foreign key of a query.
    await locker.query('select id from environments where id = $1 for no key update', [
      db.tenant.environmentId,
    ]);
    const submitted = db.database.queries
      .submit({ id, plan: planOf(db.tenant), submittedBy: 'jane@example.com' }, noLimits)
      .then(() => submissions.push('submitted'));
    // The statement is in the server once somebody waits for the lock.
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
  test('shows a query to its own environment only', async () => {
    const id = await submittedQuery(db);
    const test = await db.database.admin.createEnvironment({ organization: 'acme', name: 'test' });
    await db.database.admin.createOrganization('rival');
    const rival = await db.database.admin.createEnvironment({ organization: 'rival', name: 'prod' });
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

  test('by the organization alone shows a query of any of its environments, and to no other organization', async () => {
    const id = await submittedQuery(db);
    expect(await db.database.queries.find({ organization: 'acme' }, id)).toMatchObject({ id });
    expect(await db.database.queries.find({ organization: 'rival' }, id)).toBeNull();
  });

  test('gives back the labels that the query was submitted with', async () => {
    const { queries } = db.database;
    const labels = {
      hostname: 'api.example.com',
      name: "Jane's “report”",
      reportDefinitionId: 'b2c5\\',
    };
    const submission = { id: randomUUID(), plan: planOf(db.tenant), submittedBy: 'jane@example.com', labels };
    const submitted = await queries.submit(submission, noLimits);
    expect(submitted).toMatchObject({ kind: 'accepted', record: { labels } });
    expect((await queries.find(scope, submission.id))?.labels).toEqual(labels);
    expect((await queries.find(scope, await submittedQuery(db)))?.labels).toEqual({});
  });

  test.each(['', 'no-uuid', "' or true --", `${randomUUID()}x`])(
    'answers null for the malformed id %j',
    async (id) => {
      expect(await db.database.queries.find(scope, id)).toBeNull();
    },
  );

  test('lists the newest queries first and no more than asked for', async () => {
    const ids = [await submittedQuery(db), await submittedQuery(db), await submittedQuery(db)];
    const listed = await db.database.queries.list(db.tenant, {}, 3);
    expect(listed.map((query) => query.id)).toEqual(ids.toReversed());
  });

  test('refuses a plan that another version of the program has stored', async () => {
    const id = await submittedQuery(db);
    await db.sql(`update queries set plan = '{"version": 2}' where id = $1`, [id]);
    await expect(db.database.queries.find(scope, id)).rejects.toThrow('the stored plan has version 2');
    await db.sql('delete from queries where id = $1', [id]);
  });
});

describe('a claim', () => {
  test('goes to exactly one of many workers that try at the same moment', async () => {
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
    await lapseLease(id);
    const second = await Promise.all(Array.from({ length: 8 }, () => db.database.queries.claim(id, terms)));
    expect(second.filter((claim) => claim !== null).map((claim) => claim?.attempt)).toEqual([2]);
  });

  test('takes over a running query only after its lease ran out, and only the newest attempt publishes', async () => {
    const halfway: Progress = { phase: 'computing', percent: 50, rowsScanned: 7 };
    const id = await submittedQuery(db);
    expect(await claimed(id)).toBe(1);
    expect(await db.database.queries.claim(id, terms)).toBeNull();
    await lapseLease(id);
    expect(await claimed(id)).toBe(2);
    expect(await db.database.queries.renewLease(id, 1, terms.leaseMs, halfway)).toBe(false);
    expect(await db.database.queries.complete(id, 1, publication)).toBe(false);
    expect(await db.database.queries.fail(id, 1, { reason: 'too late', fault: 'query' })).toBe(false);
    expect(await db.database.queries.handBack(id, 1, excused)).toBe(false);
    expect(await found(id)).toMatchObject({ state: 'running', attempt: 2, progressPercent: 0 });
    expect(await db.database.queries.complete(id, 2, publication)).toBe(true);
    expect(await found(id)).toMatchObject({ state: 'completed', attempt: 2 });
  });

  test.each(['lapses', 'is handed back'])(
    'shows what the attempt before had reached when that %s, until the next one is further',
    async (end) => {
      const { queries } = db.database;
      const id = await submittedQuery(db);
      const shown = async () => {
        const { progressPercent, phase, rowsScanned } = await found(id);
        return { progressPercent, phase, rowsScanned };
      };
      const renewed = (attempt: number, progress: Progress) =>
        queries.renewLease(id, attempt, terms.leaseMs, progress);
      await claimed(id);
      expect(await shown()).toEqual({ progressPercent: 0, phase: 'collecting', rowsScanned: 0 });
      await renewed(1, { phase: 'computing', percent: 45.9, rowsScanned: 700 });
      expect(await shown()).toEqual({ progressPercent: 45, phase: 'computing', rowsScanned: 700 });
      if (end === 'lapses') await lapseLease(id);
      else await queries.handBack(id, 1, excused);
      await claimed(id);
      await renewed(2, { phase: 'collecting', percent: 10, rowsScanned: 0 });
      expect(await shown()).toEqual({ progressPercent: 45, phase: 'collecting', rowsScanned: 700 });
      await renewed(2, { phase: 'writing', percent: 61, rowsScanned: 900 });
      expect(await shown()).toEqual({ progressPercent: 61, phase: 'writing', rowsScanned: 900 });
    },
  );

  test('leaves to every attempt what the earlier ones have left of the timeout', async () => {
    const id = await submittedQuery(db);
    await claimed(id);
    await db.sql("update queries set first_started_at = now() - interval '10 minutes' where id = $1", [id]);
    await lapseLease(id);
    const claim = await db.database.queries.claim(id, terms);
    expect(claim?.remainingMs).toBeLessThanOrEqual(terms.timeoutMs - 600_000);
    expect(claim?.remainingMs).toBeGreaterThan(terms.timeoutMs - 660_000);
  });

  test('tells how many attempts there were, those that failed and without those that were excused', async () => {
    const { queries } = db.database;
    const id = await submittedQuery(db);
    await claimed(id);
    await queries.handBack(id, 1, excused);
    expect(await queries.claim(id, terms)).toMatchObject({
      attempt: 2,
      countedAttempt: 1,
      failedAttempts: 0,
    });
    await queries.handBack(id, 2, { kind: 'failed', retryAfterMs: 0 });
    expect(await queries.claim(id, terms)).toMatchObject({
      attempt: 3,
      countedAttempt: 2,
      failedAttempts: 1,
    });
  });

  test('of a query that failed is refused until it is to be tried again', async () => {
    const { queries } = db.database;
    const id = await submittedQuery(db);
    await claimed(id);
    await queries.handBack(id, 1, { kind: 'failed', retryAfterMs: 60_000 });
    expect(await queries.claim(id, terms)).toBeNull();
    expect(await queries.listWaiting(terms, 1000)).not.toContain(id);
    await db.sql("update queries set retry_at = retry_at - interval '1 minute' where id = $1", [id]);
    expect(await queries.listWaiting(terms, 1000)).toContain(id);
    expect(await claimed(id)).toBe(2);
  });
});

describe('a query that nobody will end is failed', () => {
  const aged = (id: string, age: string) =>
    db.sql('update queries set first_started_at = now() - $2::interval where id = $1', [id, age]);

  test('when its time is used up, and says so', async () => {
    const { queries } = db.database;
    const [handedBack, running] = [await submittedQuery(db), await submittedQuery(db)];
    for (const id of [handedBack, running]) await claimed(id);
    await queries.handBack(handedBack, 1, excused);
    for (const id of [handedBack, running]) await aged(id, '1 hour');
    expect(await queries.claim(handedBack, terms)).toBeNull();
    // Whoever runs the other one is given some seconds to end it.
    expect(await queries.failOverdue(terms)).toBe(1);
    const failed = { state: 'failed', attempt: 1, failure: 'The query did not finish within 3600 s' };
    expect(await found(handedBack)).toMatchObject(failed);
    expect((await found(running)).state).toBe('running');
    await aged(running, '1 hour 11 seconds');
    expect(await queries.failOverdue(terms)).toBe(1);
    expect(await found(running)).toMatchObject(failed);
    expect(await queries.complete(running, 1, publication)).toBe(false);
  });

  test('when its attempts are used up without a word, and says so; those that were excused are not counted', async () => {
    const { queries } = db.database;
    const id = await submittedQuery(db);
    await claimed(id);
    await queries.handBack(id, 1, excused);
    for (let attempt = 2; attempt <= 4; attempt += 1) {
      expect(await queries.failOverdue(terms)).toBe(0);
      expect(await claimed(id)).toBe(attempt);
      await lapseLease(id);
    }
    expect(await queries.claim(id, terms)).toBeNull();
    expect(await queries.listWaiting(terms, 1000)).not.toContain(id);
    expect(await queries.failOverdue(terms)).toBe(1);
    expect(await found(id)).toMatchObject({
      state: 'failed',
      attempt: 4,
      failure: 'The query was started 3 times and never finished',
    });
  });
});

describe('publication', () => {
  test('keeps every figure exactly, and the result expires its time to live after it', async () => {
    const id = await submittedQuery(db);
    await claimed(id);
    await db.sql("update queries set started_at = now() - interval '11 s' where id = $1", [id]);
    expect(await db.database.queries.complete(id, 1, publication)).toBe(true);
    const { state, progressPercent, rowsScanned: read, updatedAt, result } = await found(id);
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

  test('ends when it is due: the query expires once, and its archive is answered to one worker', async () => {
    const due = await submittedQuery(db);
    const fresh = await submittedQuery(db);
    for (const id of [due, fresh]) {
      await claimed(id);
      await db.database.queries.complete(id, 1, { ...publication, archiveKey: `results/${id}.zip` });
    }
    await db.sql('update queries set expires_at = now() where id = $1', [due]);
    const expired = await Promise.all([1, 2, 3].map(() => db.database.queries.expireDue(10)));
    expect(expired.flat()).toEqual([{ id: due, archiveKey: `results/${due}.zip` }]);
    expect((await found(due)).state).toBe('expired');
    expect((await found(fresh)).state).toBe('completed');
  });
});

test('Cancel against finish has one winner, whose state stays', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, () => submittedQuery(db)));
  const finishes = ['complete', 'fail', 'handBack'] as const;
  const outcomes = await Promise.all(
    ids.map(async (id, index) => {
      const attempt = await claimed(id);
      const { queries } = db.database;
      const finish = {
        complete: () => queries.complete(id, attempt, publication),
        fail: () => queries.fail(id, attempt, { reason: 'wrong', fault: 'query' }),
        handBack: () => queries.handBack(id, attempt, excused),
      };
      const kind = finishes[index % finishes.length] ?? 'complete';
      const [cancelled, finished] = await Promise.all([queries.cancel(id), finish[kind]()]);
      return { kind, cancelled, finished, state: (await found(id)).state };
    }),
  );
  for (const { kind, cancelled, finished, state } of outcomes) {
    // A query that was handed back can still be cancelled, so there both may win; it ends cancelled in any order.
    if (kind === 'handBack') expect([cancelled, state]).toEqual([true, 'cancelled']);
    else {
      expect(cancelled).toBe(!finished);
      expect(state).toBe(cancelled ? 'cancelled' : kind === 'complete' ? 'completed' : 'failed');
    }
  }
});

test('Waiting are the enqueued queries and the running ones without a valid lease, the oldest of an environment first', async () => {
  await db.sql('delete from queries');
  const [enqueued, running, lapsed, ended] = [
    await submittedQuery(db),
    await submittedQuery(db),
    await submittedQuery(db),
    await submittedQuery(db),
  ];
  for (const id of [running, lapsed, ended]) await claimed(id);
  await lapseLease(lapsed);
  await db.database.queries.fail(ended, 1, { reason: 'wrong', fault: 'query' });
  expect(await db.database.queries.listWaiting(terms, 10)).toEqual([enqueued, lapsed]);
  expect(await db.database.queries.listWaiting(terms, 1)).toEqual([enqueued]);
});

test('Of workers that want to do a turn of a job at the same time one is told to, and none before the next is due', async () => {
  const { periodicJobs } = db.database;
  const ask = () => Promise.all(Array.from({ length: 8 }, () => periodicJobs.begin('reconcile', 4_000)));
  expect((await ask()).filter(Boolean)).toHaveLength(1);
  expect((await ask()).filter(Boolean)).toHaveLength(0);
  await db.sql("update periodic_jobs set begun_at = now() - interval '4 seconds'");
  expect((await ask()).filter(Boolean)).toHaveLength(1);
  expect(await periodicJobs.begin('another job', 4_000)).toBe(true);
});

test('Archives are nobody’s unless a query names them or a running attempt may publish them', async () => {
  const { queries } = db.database;
  const archive = (queryId: string, attempt: number) => ({ key: `${queryId}/${attempt}`, queryId, attempt });
  const [running, handedBack, completed, cancelled] = [
    await submittedQuery(db),
    await submittedQuery(db),
    await submittedQuery(db),
    await submittedQuery(db),
  ];
  for (const id of [running, handedBack, completed, cancelled]) {
    await claimed(id);
    await lapseLease(id);
    await claimed(id);
  }
  await queries.handBack(handedBack, 2, excused);
  await queries.complete(completed, 2, { ...publication, archiveKey: `${completed}/2` });
  await queries.cancel(cancelled);
  const unknown = archive(randomUUID(), 1);
  const all = [running, handedBack, completed, cancelled].flatMap((id) => [archive(id, 1), archive(id, 2)]);
  const owned = [`${running}/2`, `${completed}/2`];
  expect((await queries.unownedWork([...all, unknown])).toSorted()).toEqual(
    [...all, unknown]
      .map(({ key }) => key)
      .filter((key) => !owned.includes(key))
      .toSorted(),
  );
  expect(await queries.unownedWork([])).toEqual([]);
});

type Step =
  | { readonly kind: 'lapse' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'claim' | 'complete' | 'fail' | 'handBack'; readonly worker: 0 | 1 }
  | { readonly kind: 'renew'; readonly worker: 0 | 1; readonly progress: Progress };

/** What must be true of a query, told without SQL. */
class Model {
  state: QueryState = 'enqueued';
  attempt = 0;
  progress = 0;
  rowsScanned: number | null = null;
  leased = false;

  claim(): boolean {
    if (this.state !== 'enqueued' && !(this.state === 'running' && !this.leased)) return false;
    this.rowsScanned ??= 0;
    if (this.attempt === terms.maxAttempts) return false;
    this.state = 'running';
    this.attempt += 1;
    this.leased = true;
    return true;
  }

  owns(attempt: number): boolean {
    return this.state === 'running' && this.attempt === attempt;
  }
}

test('Two workers and a cancelling client in any order: one attempt at a time owns the query, states change only as the table allows, and progress never falls', async () => {
  const worker = fc.constantFrom<0 | 1>(0, 1);
  const progress = fc.record({
    phase: fc.constantFrom(...attemptPhases),
    percent: fc.nat(100),
    rowsScanned: fc.nat(),
  });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('claim'), worker }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('lapse') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel') }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('renew'), worker, progress }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('complete', 'fail', 'handBack'), worker }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const { queries } = db.database;
      const id = await submittedQuery(db);
      const model = new Model();
      const attempts = [0, 0];
      for (const current of steps) {
        const before = model.state;
        if (current.kind === 'lapse') {
          await lapseLease(id);
          model.leased = false;
        } else if (current.kind === 'cancel') {
          const active = model.state === 'enqueued' || model.state === 'running';
          expect(await queries.cancel(id)).toBe(active);
          if (active) model.state = 'cancelled';
        } else if (current.kind === 'claim') {
          const claim = await queries.claim(id, terms);
          expect(claim !== null).toBe(model.claim());
          if (claim !== null) attempts[current.worker] = claim.attempt;
        } else {
          const attempt = attempts[current.worker] ?? 0;
          const owns = model.owns(attempt);
          if (current.kind === 'renew') {
            expect(await queries.renewLease(id, attempt, terms.leaseMs, current.progress)).toBe(owns);
            if (owns)
              Object.assign(model, {
                leased: true,
                progress: Math.max(model.progress, current.progress.percent),
                rowsScanned: Math.max(model.rowsScanned ?? 0, current.progress.rowsScanned),
              });
          } else if (current.kind === 'complete') {
            expect(await queries.complete(id, attempt, publication)).toBe(owns);
            if (owns)
              Object.assign(model, {
                state: 'completed',
                progress: 100,
                rowsScanned: publication.rowsScanned,
              });
          } else if (current.kind === 'fail') {
            expect(await queries.fail(id, attempt, { reason: 'wrong', fault: 'query' })).toBe(owns);
            if (owns) model.state = 'failed';
          } else {
            expect(await queries.handBack(id, attempt, { kind: 'failed', retryAfterMs: 0 })).toBe(owns);
            if (owns) model.state = 'enqueued';
          }
        }
        const { state, attempt, progressPercent, rowsScanned } = await found(id);
        expect({ state, attempt, progressPercent, rowsScanned }).toEqual({
          state: model.state,
          attempt: model.attempt,
          progressPercent: model.progress,
          rowsScanned: model.rowsScanned,
        });
        // A query whose attempts are used up goes from running or enqueued to failed; all of it is in the table.
        expect(state === before || mayBecome(before, state)).toBe(true);
      }
    }),
    { numRuns: 40 },
  );
});

import { attemptPhases, mayBecome, type Progress, type QueryState } from '@hourglass/reports';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEvent } from '@hourglass/testing';
import { databaseWithTenant, submittedQuery, type DatabaseWithTenant } from './database-with-tenant.ts';
import { claimed, released, found, lapseLease, publication, terms } from './query-attempts.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

test('Of a cancellation and a concurrent finish one wins, and its state stays', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, () => submittedQuery(db)));
  const finishes = ['complete', 'fail', 'requeue'] as const;
  const outcomes = await Promise.all(
    ids.map(async (id, index) => {
      const attempt = await claimed(db, id);
      const { queries } = db.database;
      const finish = {
        complete: () => queries.complete(id, attempt, publication),
        fail: () => queries.fail(id, attempt, { reason: 'wrong', fault: 'query' }),
        requeue: () => queries.requeue(id, attempt, released),
      };
      const kind = finishes[index % finishes.length] ?? 'complete';
      const [cancelled, finished] = await Promise.all([
        queries.cancel(db.tenant, id, testEvent),
        finish[kind](),
      ]);
      return { kind, cancelled, finished, state: (await found(db, id)).state };
    }),
  );
  for (const { kind, cancelled, finished, state } of outcomes) {
    // A requeued query can still be cancelled, so both may win; it ends cancelled in either order.
    if (kind === 'requeue') expect([cancelled, state]).toEqual([true, 'cancelled']);
    else {
      expect(cancelled).toBe(!finished);
      expect(state).toBe(cancelled ? 'cancelled' : kind === 'complete' ? 'completed' : 'failed');
    }
  }
});

type Step =
  | { readonly kind: 'lapse' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'claim' | 'complete' | 'fail' | 'requeue'; readonly worker: 0 | 1 }
  | { readonly kind: 'renew'; readonly worker: 0 | 1; readonly progress: Progress };

/** The expected behaviour of a query, without SQL. */
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

test('With two workers and a cancelling client in any order, one attempt owns the query, states change by the table, and progress never falls', async () => {
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
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('complete', 'fail', 'requeue'), worker }) },
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
          await lapseLease(db, id);
          model.leased = false;
        } else if (current.kind === 'cancel') {
          const active = model.state === 'enqueued' || model.state === 'running';
          expect(await queries.cancel(db.tenant, id, testEvent)).toBe(active);
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
            expect(await queries.requeue(id, attempt, { kind: 'failed', retryAfterMs: 0 })).toBe(owns);
            if (owns) model.state = 'enqueued';
          }
        }
        const { state, attempt, progressPercent, rowsScanned } = await found(db, id);
        expect({ state, attempt, progressPercent, rowsScanned }).toEqual({
          state: model.state,
          attempt: model.attempt,
          progressPercent: model.progress,
          rowsScanned: model.rowsScanned,
        });
        // A query without attempts left goes from running or enqueued to failed, as in the table.
        expect(state === before || mayBecome(before, state)).toBe(true);
      }
    }),
    { numRuns: 40 },
  );
});

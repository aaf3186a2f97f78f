import { createHash, randomUUID } from 'node:crypto';
import type { OnceKey, SubmissionOutcome } from '@hourglass/reports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseWithTenant, noLimits, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';

/** Of a request that is told by its hash alone. */
function onceKeyOf(key: string, request: object): OnceKey {
  return { key, requestSha256: createHash('sha256').update(JSON.stringify(request)).digest() };
}

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

function submit(once: OnceKey, { tenant = db.tenant, limits = noLimits } = {}): Promise<SubmissionOutcome> {
  const submission = { id: randomUUID(), plan: planOf(tenant), submittedBy: 'jane@example.com', once };
  return db.database.queries.submit(submission, limits);
}

async function accepted(once: OnceKey): Promise<string> {
  const outcome = await submit(once);
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  return outcome.record.id;
}

const used = async () => {
  const usage = await db.database.queries.usage({ organization: 'acme', environment: 'prod' }, noLimits);
  return [usage?.submittedInHour, usage?.active];
};
const age = (key: string, interval: string) =>
  db.sql('update idempotency_keys set created_at = created_at - $2::interval where key = $1', [
    key,
    interval,
  ]);

describe('a submission with the key of an earlier one', () => {
  test('is that one, whatever has become of it, and counts once', async () => {
    const once = onceKeyOf(randomUUID(), { limit: 1 });
    const id = await accepted(once);
    const before = await used();
    expect(await submit(once)).toMatchObject({ kind: 'repeated', id });
    await db.database.queries.cancel(id);
    expect(await submit(once)).toMatchObject({ kind: 'repeated', id });
    expect(await used()).toEqual([before[0], (before[1] ?? 0) - 1]);
  });

  test('of another request is a conflict and stores nothing', async () => {
    const key = randomUUID();
    await accepted(onceKeyOf(key, { limit: 1 }));
    const before = await used();
    expect((await submit(onceKeyOf(key, { limit: 2 }))).kind).toBe('conflict');
    expect(await used()).toEqual(before);
  });

  test('in another environment is another submission', async () => {
    const other = await db.database.admin.createEnvironment({ organization: 'acme', name: 'other' });
    const once = onceKeyOf(randomUUID(), {});
    await accepted(once);
    expect((await submit(once, { tenant: other })).kind).toBe('accepted');
  });

  test('is answered also when the limits are reached by now', async () => {
    const once = onceKeyOf(randomUUID(), {});
    const id = await accepted(once);
    const limits = { queriesPerHour: 1, activeQueries: 1 };
    expect(await submit(once, { limits })).toMatchObject({ kind: 'repeated', id, usage: { limits } });
    expect((await submit(onceKeyOf(randomUUID(), {}), { limits })).kind).toBe('refused');
  });

  test('that was refused is a submission like any other', async () => {
    const once = onceKeyOf(randomUUID(), {});
    expect((await submit(once, { limits: { queriesPerHour: 1, activeQueries: 1 } })).kind).toBe('refused');
    expect((await submit(once)).kind).toBe('accepted');
  });

  test('is one of many that come at the same moment', async () => {
    const once = onceKeyOf(randomUUID(), {});
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => submit(once)));
    const ids = outcomes.map((outcome) =>
      outcome.kind === 'accepted' ? outcome.record.id : outcome.kind === 'repeated' ? outcome.id : null,
    );
    expect(new Set(ids).size).toBe(1);
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
  });

  test('that is a day old is a new one, before and after the key was forgotten', async () => {
    const once = onceKeyOf(randomUUID(), {});
    const first = await accepted(once);
    await age(once.key, '23 hours 59 minutes');
    expect(await submit(once)).toMatchObject({ kind: 'repeated', id: first });
    await age(once.key, '1 minute');
    const second = await accepted(once);
    expect(second).not.toBe(first);
    expect(await submit(once)).toMatchObject({ kind: 'repeated', id: second });
    await age(once.key, '1 day');
    await db.database.queries.forgetOnceKeys(1_000);
    const left = await db.sql('select key from idempotency_keys where key = $1', [once.key]);
    expect(left).toEqual([]);
    expect(await accepted(once)).not.toBe(second);
  });
});

test('Keys are forgotten some at a time, those that are kept no longer only', async () => {
  await db.sql('delete from idempotency_keys');
  const keys = Array.from({ length: 5 }, () => randomUUID());
  for (const key of keys) await accepted(onceKeyOf(key, {}));
  for (const key of keys.slice(0, 3)) await age(key, '1 day');
  expect(await db.database.queries.forgetOnceKeys(2)).toBe(2);
  expect(await db.database.queries.forgetOnceKeys(2)).toBe(1);
  expect(await db.database.queries.forgetOnceKeys(2)).toBe(0);
  const left = await db.sql<{ key: string }>('select key from idempotency_keys');
  expect(left.map(({ key }) => key).toSorted()).toEqual(keys.slice(3).toSorted());
});

import { createHash, randomUUID } from 'node:crypto';
import type { IdempotencyKey, SubmissionOutcome } from '@hourglass/reports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEvent } from '@hourglass/testing';
import { databaseWithTenant, noLimits, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';

/** An idempotency key whose request is identified by its hash. */
function keyOf(key: string, request: object): IdempotencyKey {
  return { key, requestSha256: createHash('sha256').update(JSON.stringify(request)).digest() };
}

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

function submit(
  idempotencyKey: IdempotencyKey,
  { tenant = db.tenant, limits = noLimits } = {},
): Promise<SubmissionOutcome> {
  const submission = {
    id: randomUUID(),
    plan: planOf(tenant),
    submittedBy: 'jane@example.com',
    audit: testEvent,
    idempotencyKey,
  };
  return db.database.queries.submit(submission, limits);
}

async function accepted(idempotencyKey: IdempotencyKey): Promise<string> {
  const outcome = await submit(idempotencyKey);
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

describe('a submission with an earlier idempotency key', () => {
  test('returns the earlier query in any state and counts once', async () => {
    const idempotencyKey = keyOf(randomUUID(), { limit: 1 });
    const id = await accepted(idempotencyKey);
    const before = await used();
    expect(await submit(idempotencyKey)).toMatchObject({ kind: 'repeated', id });
    await db.database.queries.cancel(db.tenant, id, testEvent);
    expect(await submit(idempotencyKey)).toMatchObject({ kind: 'repeated', id });
    expect(await used()).toEqual([before[0], (before[1] ?? 0) - 1]);
  });

  test('is a conflict for a different request and stores nothing', async () => {
    const key = randomUUID();
    await accepted(keyOf(key, { limit: 1 }));
    const before = await used();
    expect((await submit(keyOf(key, { limit: 2 }))).kind).toBe('conflict');
    expect(await used()).toEqual(before);
  });

  test('is a new submission in another environment', async () => {
    const other = await db.admin.createEnvironment({ organization: 'acme', name: 'other' });
    const idempotencyKey = keyOf(randomUUID(), {});
    await accepted(idempotencyKey);
    expect((await submit(idempotencyKey, { tenant: other })).kind).toBe('accepted');
  });

  test('returns the earlier query also when the limits are reached', async () => {
    const idempotencyKey = keyOf(randomUUID(), {});
    const id = await accepted(idempotencyKey);
    const limits = { queriesPerHour: 1, activeQueries: 1 };
    expect(await submit(idempotencyKey, { limits })).toMatchObject({
      kind: 'repeated',
      id,
      usage: { limits },
    });
    expect((await submit(keyOf(randomUUID(), {}), { limits })).kind).toBe('refused');
  });

  test('is a new submission when the earlier one was refused', async () => {
    const idempotencyKey = keyOf(randomUUID(), {});
    expect((await submit(idempotencyKey, { limits: { queriesPerHour: 1, activeQueries: 1 } })).kind).toBe(
      'refused',
    );
    expect((await submit(idempotencyKey)).kind).toBe('accepted');
  });

  test('is accepted once of many concurrent ones', async () => {
    const idempotencyKey = keyOf(randomUUID(), {});
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => submit(idempotencyKey)));
    const ids = outcomes.map((outcome) =>
      outcome.kind === 'accepted' ? outcome.record.id : outcome.kind === 'repeated' ? outcome.id : null,
    );
    expect(new Set(ids).size).toBe(1);
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
  });

  test('is a new submission after a day, before and after the key is deleted', async () => {
    const idempotencyKey = keyOf(randomUUID(), {});
    const first = await accepted(idempotencyKey);
    await age(idempotencyKey.key, '23 hours 59 minutes');
    expect(await submit(idempotencyKey)).toMatchObject({ kind: 'repeated', id: first });
    await age(idempotencyKey.key, '1 minute');
    const second = await accepted(idempotencyKey);
    expect(second).not.toBe(first);
    expect(await submit(idempotencyKey)).toMatchObject({ kind: 'repeated', id: second });
    await age(idempotencyKey.key, '1 day');
    await db.database.queries.deleteExpiredIdempotencyKeys(1_000);
    const left = await db.sql('select key from idempotency_keys where key = $1', [idempotencyKey.key]);
    expect(left).toEqual([]);
    expect(await accepted(idempotencyKey)).not.toBe(second);
  });
});

test('Expired keys, and no others, are deleted up to the limit', async () => {
  await db.sql('delete from idempotency_keys');
  const keys = Array.from({ length: 5 }, () => randomUUID());
  for (const key of keys) await accepted(keyOf(key, {}));
  for (const key of keys.slice(0, 3)) await age(key, '1 day');
  expect(await db.database.queries.deleteExpiredIdempotencyKeys(2)).toBe(2);
  expect(await db.database.queries.deleteExpiredIdempotencyKeys(2)).toBe(1);
  expect(await db.database.queries.deleteExpiredIdempotencyKeys(2)).toBe(0);
  const left = await db.sql<{ key: string }>('select key from idempotency_keys');
  expect(left.map(({ key }) => key).toSorted()).toEqual(keys.slice(3).toSorted());
});

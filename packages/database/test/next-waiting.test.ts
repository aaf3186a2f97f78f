import { randomUUID } from 'node:crypto';
import type { Tenant } from '@hourglass/query';
import type { WaitingChoice } from '@hourglass/reports';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testAudit as audit, testEvent } from '@hourglass/testing';
import { databaseWithTenant, noLimits, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';

const terms = { leaseMs: 60_000, maxAttempts: 3, timeoutMs: 3_600_000 };
const everything: WaitingChoice = { shares: new Map(), skipped: [], maxFacts: null };
const hourMs = 3_600_000;

let db: DatabaseWithTenant;
let other: Tenant;
beforeAll(async () => {
  db = await databaseWithTenant();
  await db.admin.createOrganization('beta');
  other = await db.admin.createEnvironment({ organization: 'beta', name: 'prod' });
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql('delete from queries');
  await db.sql('delete from segments');
  await db.sql('delete from batches');
  await db.sql('update environments set turn_weight = 1, next_turn = 0');
});

async function submitted(
  tenant: Tenant,
  range?: { startMs: number; endExclusiveMs: number },
): Promise<string> {
  const id = randomUUID();
  const plan = { ...planOf(tenant), ...(range && { range }) };
  await db.database.queries.submit({ id, plan, submittedBy: 'jane@example.com', audit: testEvent }, noLimits);
  return id;
}

async function next(choice: Partial<WaitingChoice> = {}): Promise<string | null> {
  const found = await db.database.queries.nextWaiting(terms, { ...everything, ...choice });
  return found?.id ?? null;
}

/** Ten thousand live facts an hour, from `startMs` on. */
async function segment({ environmentId }: Tenant, startMs: number, hours: number): Promise<void> {
  await db.sql(
    `insert into segments (id, environment_id, dataset, state, object_key, bytes, sha256, facts, first_at, last_at, columns)
     values ($1, $2, 'api', 'live', '', 1, '', $3, to_timestamp($4), to_timestamp($5), '[]')`,
    [randomUUID(), environmentId, 10_000 * hours, startMs / 1000, (startMs + hours * hourMs - 1) / 1000],
  );
}

describe('the next query for a slot', () => {
  test('is of the organization with the smallest share of the slots, however long others have waited', async () => {
    const [first, second] = [await submitted(db.tenant), await submitted(other)];
    expect(await next()).toBe(first);
    expect(await next({ shares: new Map([['acme', 1]]) })).toBe(second);
    const both = new Map([
      ['acme', 1],
      ['beta', 1],
    ]);
    expect(await next({ shares: both })).toBe(first);
    expect(await next({ shares: new Map([['acme', 2]]), skipped: ['beta'] })).toBe(first);
    expect(await next({ skipped: ['acme', 'beta'] })).toBeNull();
  });

  test('counts as a share of one divided by the weight of its environment, within the ceiling', async () => {
    await db.sql('update environments set turn_weight = 4');
    const id = await submitted(other);
    expect(await db.database.queries.nextWaiting(terms, everything)).toEqual({
      id,
      organization: 'beta',
      hasJoined: false,
      share: 0.25,
    });
    await db.database.ceilings.change('beta', { turnWeight: 2 }, audit);
    expect(await db.database.queries.nextWaiting(terms, everything)).toMatchObject({ id, share: 0.5 });
    await db.database.ceilings.change('beta', { turnWeight: null }, audit);
  });

  test('is not of a suspended organization', async () => {
    await submitted(other);
    await db.database.organizations.suspend('beta', audit);
    expect(await next()).toBeNull();
    await db.database.organizations.resume('beta', audit);
    expect(await next()).not.toBeNull();
  });

  test('is small by the facts of its range, those of partly covered segments in proportion', async () => {
    const startMs = Date.UTC(2026, 2, 1);
    await segment(db.tenant, startMs, 24);
    await segment(db.tenant, startMs + 24 * hourMs, 24);
    // Another tenant's facts do not count.
    await segment(other, startMs, 1_000);
    const hours = (from: number, count: number) => ({
      startMs: startMs + from * hourMs,
      endExclusiveMs: startMs + (from + count) * hourMs,
    });
    await submitted(db.tenant, hours(0, 48));
    const small = await submitted(db.tenant, hours(22, 4));
    expect(await next({ maxFacts: 39_000 })).toBeNull();
    expect(await next({ maxFacts: 41_000 })).toBe(small);
    const outside = await submitted(db.tenant, hours(100, 4));
    expect(await next({ maxFacts: 0 })).toBe(outside);
    await db.sql(
      `insert into batches (environment_id, dataset, id, accepted, body_sha256, hot) values ($1, 'api', 'a', 50000, '', true)`,
      [db.tenant.environmentId],
    );
    expect(await next({ maxFacts: 49_000 })).toBeNull();
    expect(await next({ maxFacts: 51_000 })).toBe(outside);
  });
});

import { randomUUID } from 'node:crypto';
import type { Tenant } from '@hourglass/query';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testAudit as audit, testEvent } from '@hourglass/testing';
import { databaseWithTenant, noLimits, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';

const terms = { leaseMs: 60_000, maxAttempts: 3, timeoutMs: 3_600_000 };

let db: DatabaseWithTenant;
let tenants: readonly Tenant[];
beforeAll(async () => {
  db = await databaseWithTenant();
  const names = ['second', 'third'];
  const others = names.map((name) => db.admin.createEnvironment({ organization: 'acme', name }));
  tenants = [db.tenant, ...(await Promise.all(others))];
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql('delete from queries');
  await db.sql('update environments set turn_weight = 1');
});

async function submitted(tenant: Tenant | undefined, count: number): Promise<void> {
  if (tenant === undefined) throw new Error('unknown environment');
  for (let query = 0; query < count; query += 1) {
    const plan = planOf(tenant);
    const submission = { id: randomUUID(), plan, submittedBy: 'jane@example.com', audit: testEvent };
    await db.database.queries.submit(submission, noLimits);
  }
}

/** Claims `count` times as a worker does and returns the environment of each query. */
async function turns(count: number): Promise<number[]> {
  const { queries } = db.database;
  const taken: number[] = [];
  while (taken.length < count) {
    const [id] = await queries.listWaiting(terms, 1);
    if (id === undefined) break;
    const claim = await queries.claim(id, terms);
    if (claim === null) throw new Error('no other worker claims');
    taken.push(tenants.findIndex(({ environmentId }) => environmentId === claim.plan.tenant.environmentId));
  }
  return taken;
}

/** Counts by environment. */
const countsOf = (taken: readonly number[]) =>
  tenants.map((_, environment) => taken.filter((index) => index === environment).length);

const weigh = (tenant: Tenant | undefined, weight: number) =>
  db.database.environmentSettings.change(tenant ?? db.tenant, { turnWeight: weight }, () => undefined, audit);

describe('whose query is next', () => {
  test('a single query waits for at most one query of an environment with ten waiting', async () => {
    await submitted(tenants[0], 10);
    expect(await turns(4)).toEqual([0, 0, 0, 0]);
    await submitted(tenants[1], 1);
    expect((await turns(2)).includes(1)).toBe(true);
    expect(await turns(10)).toEqual([0, 0, 0, 0, 0]);
  });

  test('environments with many waiting queries alternate, also with one that starts later', async () => {
    await submitted(tenants[0], 6);
    await submitted(tenants[1], 6);
    expect(countsOf(await turns(4))).toEqual([2, 2, 0]);
    await submitted(tenants[2], 3);
    expect(countsOf(await turns(6))).toEqual([2, 2, 2]);
  });

  test('an environment gains no credit while idle', async () => {
    await submitted(tenants[0], 30);
    await turns(20);
    await submitted(tenants[1], 10);
    const next = await turns(10);
    expect(next.filter((environment) => environment === 0).length).toBeGreaterThanOrEqual(4);
  });

  test('an environment with weight 3 starts three queries per query of another', async () => {
    await weigh(tenants[1], 3);
    await submitted(tenants[0], 10);
    await submitted(tenants[1], 10);
    const next = await turns(12);
    const ofHeavier = next.filter((environment) => environment === 1).length;
    expect(Math.abs(ofHeavier - 9)).toBeLessThanOrEqual(1);
  });

  test('within an environment the oldest query is first', async () => {
    await submitted(tenants[0], 5);
    const ids = await db.sql<{ id: string }>('select id from queries order by created_at, id');
    expect(await db.database.queries.listWaiting(terms, 10)).toEqual(ids.map(({ id }) => id));
  });

  test('a query whose worker died follows those of the next minute and precedes later ones', async () => {
    await submitted(tenants[0], 4);
    await db.sql(`
      with placed as (select id, row_number() over (order by created_at, id) as place from queries)
      update queries q set created_at = now() + (array[0, 30, 61, 90])[placed.place] * interval '1 second'
        from placed where placed.id = q.id`);
    const ids = await db.sql<{ id: string }>('select id from queries order by created_at');
    await db.sql(
      `update queries set state = 'running', attempt = 1, first_started_at = now(), lease_expires_at = now()
        where id = $1`,
      [ids[0]?.id],
    );
    const order = [1, 0, 2, 3].map((index) => ids[index]?.id);
    expect(await db.database.queries.listWaiting(terms, 10)).toEqual(order);
  });

  test('with random weights and numbers, the shares of two waiting environments differ by at most two queries', async () => {
    const weights = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }));
    await fc.assert(
      fc.asyncProperty(weights, fc.integer({ min: 1, max: 12 }), async ([one, other], count) => {
        await db.sql('delete from queries');
        // Resets the accounts of earlier runs.
        await db.sql('update environments set next_turn = 0');
        await weigh(tenants[0], one);
        await weigh(tenants[1], other);
        await submitted(tenants[0], count);
        await submitted(tenants[1], count);
        const taken = await turns(count);
        const share = (environment: number) => taken.filter((index) => index === environment).length;
        // Divided by its weight.
        expect(Math.abs(share(0) / one - share(1) / other)).toBeLessThanOrEqual(1 / one + 1 / other + 1e-9);
      }),
      { numRuns: 25 },
    );
  });
});

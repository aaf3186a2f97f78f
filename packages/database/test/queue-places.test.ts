import { randomUUID } from 'node:crypto';
import { catalogue, type Tenant } from '@hourglass/query';
import { reasonOf, reuseOf } from '@hourglass/reports';
import { testEvent } from '@hourglass/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, noLimits, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';
import { claimed, terms } from './query-attempts.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());
beforeEach(() => db.sql(`update queries set state = 'cancelled' where state in ('enqueued', 'running')`));

async function tenantOf(organization: string): Promise<Tenant> {
  await db.admin.createOrganization(organization);
  return db.admin.createEnvironment({ organization, name: 'prod' });
}

async function submitted(tenant: Tenant, isEqual = false): Promise<string> {
  const [id, plan] = [randomUUID(), planOf(tenant)];
  const reuse = isEqual ? reuseOf(plan, catalogue, true) : undefined;
  await db.database.queries.submit(
    { id, plan, submittedBy: 'jane@example.com', reuse, audit: testEvent },
    noLimits,
  );
  return id;
}

const placeOf = (id: string) => db.database.queue.place(id);

/** Claims all waiting queries in fair order, as one worker would. */
async function startOrder(): Promise<string[]> {
  const order: string[] = [];
  for (;;) {
    const [next] = await db.database.queries.listWaiting(terms, 1);
    if (next === undefined) return order;
    await db.database.queries.claim(next, terms);
    order.push(next);
  }
}

describe('the place of a waiting query', () => {
  test('is the one at which it starts, across environments of several weights', async () => {
    const tenants = [await tenantOf('one'), await tenantOf('two'), await tenantOf('three')];
    await db.sql('update environments set turn_weight = 3 where id = $1', [tenants[1]?.environmentId]);
    const ids: string[] = [];
    for (let index = 0; index < 15; index += 1) {
      const tenant = tenants[(index * 7) % 3];
      if (tenant !== undefined) ids.push(await submitted(tenant));
    }
    const places = new Map(await Promise.all(ids.map(async (id) => [id, await placeOf(id)] as const)));
    const order = await startOrder();
    expect(order).toHaveLength(15);
    const counted = order.map((id) => (places.get(id)?.ours ?? 0) + (places.get(id)?.others ?? 0));
    expect(counted).toEqual(order.map((_, index) => index));
  });

  test('tells the queries of its own organization from those of others', async () => {
    const [ours, others] = [await tenantOf('ours'), await tenantOf('others')];
    await submitted(ours);
    await submitted(others);
    const id = await submitted(ours);
    expect(await placeOf(id)).toMatchObject({ ours: 1, others: 1 });
  });

  test('is that of the equal query that it waits for', async () => {
    const tenant = await tenantOf('equal');
    const first = await submitted(tenant, true);
    const joined = await submitted(tenant, true);
    const last = await submitted(tenant);
    const place = await placeOf(joined);
    expect(place).toMatchObject({ ours: 0, others: 0, hasJoined: true, equalForSeconds: null });
    expect(place && reasonOf(place)).toBe('equal_query');
    expect(await placeOf(last)).toMatchObject({ ours: 1, others: 0 });
    await claimed(db, first);
    expect((await placeOf(joined))?.equalForSeconds).toBeGreaterThanOrEqual(0);
  });

  test('has the reason: its retry, the queries ahead, or busy workers', async () => {
    const tenant = await tenantOf('reasons');
    const [first, second] = [await submitted(tenant), await submitted(tenant)];
    const reason = async (id: string) => {
      const place = await placeOf(id);
      return place && reasonOf(place);
    };
    expect([await reason(first), await reason(second)]).toEqual(['workers_busy', 'environment_turn']);
    const attempt = await claimed(db, first);
    expect(await placeOf(first)).toBeNull();
    await db.database.queries.requeue(first, attempt, { kind: 'failed', retryAfterMs: 60_000 });
    expect(await reason(first)).toBe('retry_wait');
  });

  test('has the facts that it will read, and the load those of all', async () => {
    const tenant = await tenantOf('facts');
    await db.sql(
      `insert into segments (id, environment_id, dataset, object_key, state, facts, bytes, sha256, first_at, last_at, columns)
       values (gen_random_uuid(), $1, 'api', $2, 'live', 7, 1, '', '2026-03-01', '2026-03-02', '[]'),
              (gen_random_uuid(), $1, 'api', $3, 'live', 90, 1, '', '2020-03-01', '2020-03-02', '[]')`,
      [tenant.environmentId, randomUUID(), randomUUID()],
    );
    await db.sql(
      `insert into batches (environment_id, dataset, id, accepted, body_sha256) values ($1, 'api', 'hot', 5, '')`,
      [tenant.environmentId],
    );
    const [running, waiting] = [await submitted(tenant), await submitted(tenant)];
    await claimed(db, running);
    expect(await placeOf(waiting)).toMatchObject({ facts: 12 });
    expect(await db.database.queue.load()).toMatchObject({ waiting: [12], running: [{ facts: 12 }] });
  });
});

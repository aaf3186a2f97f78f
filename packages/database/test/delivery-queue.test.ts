import { randomUUID } from 'node:crypto';
import type { Tenant } from '@hourglass/query';
import {
  eventPayload,
  eventTypeOfState,
  type ClaimedDelivery,
  type FanOutTerms,
  type QueryState,
  type SendOutcome,
} from '@hourglass/reports';
import { eventually, testEvent } from '@hourglass/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, noLimits, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());
beforeEach(() => db.sql('delete from webhook_endpoints'));

const fanOutTerms: FanOutTerms = {
  maxEndpoints: 50,
  maxEventsPerEndpoint: 500,
  newId: randomUUID,
  typeOf: (state: QueryState) => eventTypeOfState[state] ?? null,
  payloadOf: eventPayload,
};
const claimTerms = { leaseMs: 60_000, maxPerLane: 4, maxPerOrganization: 100 };
const threeDaysMs = 259_200_000;
const delivered: SendOutcome = { kind: 'delivered', status: 200 };
const refused: SendOutcome = {
  kind: 'failed',
  status: 500,
  error: 'no',
  retryAfterMs: null,
  isFinal: false,
  isGone: false,
};

async function newEndpoint(tenant = db.tenant, events = Object.values(eventTypeOfState)): Promise<string> {
  const id = randomUUID();
  const endpoint = { id, url: 'https://hooks.example/', description: null, events, enabled: true };
  await db.database.webhooks.create(
    tenant,
    { ...endpoint, sealedSecret: new Uint8Array(40) },
    () => undefined,
    () => testEvent,
  );
  return id;
}

/** Submits queries and cancels them. Returns their ids. */
async function cancelQueries(count: number, tenant: Tenant = db.tenant): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await Promise.all(
    ids.map(async (id) => {
      const submission = { id, plan: planOf(tenant), submittedBy: 'jane@example.com', audit: testEvent };
      await db.database.queries.submit(submission, noLimits);
      await db.database.queries.cancel(tenant, id, testEvent);
    }),
  );
  return ids;
}

async function fanOutAll(terms = fanOutTerms): Promise<void> {
  while ((await db.database.deliveries.fanOut(terms)) > 0);
}

async function queriesOf(endpoint: string): Promise<readonly string[]> {
  const rows = await db.sql<{ queryId: string }>(
    'select query_id as "queryId" from deliveries where endpoint_id = $1',
    [endpoint],
  );
  return rows.map(({ queryId }) => queryId).toSorted();
}

const end = (
  delivery: ClaimedDelivery,
  outcome: SendOutcome,
  retryInMs: number | null = outcome.kind === 'delivered' ? null : 0,
) =>
  db.database.deliveries.end(
    { delivery, outcome, durationMs: 1, retryInMs },
    { failingMs: threeDaysMs, audit: { ...testEvent, action: 'webhook.disable' } },
  );

async function claimOne(): Promise<ClaimedDelivery> {
  const [claimed] = await db.database.deliveries.claim(claimTerms, 1);
  if (claimed === undefined) throw new Error('nothing was claimed');
  return claimed;
}

describe('events become deliveries', () => {
  test('once for each endpoint, however many workers fan out while queries change', async () => {
    const endpoints = [await newEndpoint(), await newEndpoint(), await newEndpoint()];
    const over = new AbortController();
    const workers = Array.from({ length: 4 }, async () => {
      while (!over.signal.aborted)
        await db.database.deliveries.fanOut({ ...fanOutTerms, maxEventsPerEndpoint: 3 });
    });
    const ids = await cancelQueries(40);
    over.abort();
    await Promise.all(workers);
    await fanOutAll();
    for (const endpoint of endpoints) expect(await queriesOf(endpoint)).toEqual([...ids].toSorted());
  });

  test('that are made again after a worker died between the deliveries and the position', async () => {
    const endpoint = await newEndpoint();
    const ids = await cancelQueries(2);
    let made = 0;
    const dies: FanOutTerms = {
      ...fanOutTerms,
      payloadOf(type, event) {
        made += 1;
        if (made === 2) throw new Error('the worker died');
        return eventPayload(type, event);
      },
    };
    await expect(db.database.deliveries.fanOut(dies)).rejects.toThrow('the worker died');
    expect(await queriesOf(endpoint)).toEqual([]);
    await fanOutAll();
    expect(await queriesOf(endpoint)).toEqual([...ids].toSorted());
  });

  test('only of types that the endpoint asks for, after its creation, in its environment', async () => {
    const other = await db.admin.createEnvironment({
      organization: 'acme',
      name: `e${randomUUID().slice(0, 8)}`,
    });
    await cancelQueries(1);
    const wanting = await newEndpoint();
    const notWanting = await newEndpoint(db.tenant, ['query.completed']);
    const elsewhere = await newEndpoint(other);
    const ids = await cancelQueries(1);
    await fanOutAll();
    expect(await queriesOf(wanting)).toEqual(ids);
    expect(await queriesOf(notWanting)).toEqual([]);
    expect(await queriesOf(elsewhere)).toEqual([]);
  });

  test('with the state at the event, although the query has changed since', async () => {
    const endpoint = await newEndpoint();
    const [id = ''] = await cancelQueries(1);
    await db.sql("update queries set state = 'expired' where id = $1", [id]);
    await fanOutAll();
    const rows = await db.sql<{ payload: string }>(
      'select payload from deliveries where endpoint_id = $1 order by event_id',
      [endpoint],
    );
    expect(rows.map(({ payload }) => (JSON.parse(payload) as { data: object }).data)).toMatchObject([
      { state: 'cancelled' },
      { state: 'expired' },
    ]);
  });

  test('not of a time in which the endpoint was disabled', async () => {
    const endpoint = await newEndpoint();
    const set = (enabled: boolean) =>
      db.database.webhooks.change(db.tenant, endpoint, { enabled }, () => testEvent);
    await set(false);
    await cancelQueries(1);
    await fanOutAll();
    await set(true);
    const ids = await cancelQueries(1);
    await fanOutAll();
    expect(await queriesOf(endpoint)).toEqual(ids);
  });
});

describe('a claim', () => {
  test('takes few of each endpoint and one of each before the second of any, however many wait', async () => {
    const busy = await newEndpoint();
    await cancelQueries(30);
    await fanOutAll();
    const calm = await newEndpoint();
    await cancelQueries(1);
    await fanOutAll();
    const first = await db.database.deliveries.claim(claimTerms, 2);
    expect(new Set(first.map(({ endpoint }) => endpoint?.id))).toEqual(new Set([busy, calm]));
    const rest = await db.database.deliveries.claim(claimTerms, 100);
    expect(rest.map(({ endpoint }) => endpoint?.id)).toEqual(Array(3).fill(busy));
    expect(await db.database.deliveries.claim(claimTerms, 100)).toEqual([]);
    // A place is free again.
    await end(first.find(({ endpoint }) => endpoint?.id === busy) ?? (await claimOne()), delivered);
    expect(await db.database.deliveries.claim(claimTerms, 100)).toHaveLength(1);
  });

  test('takes a bounded number of an organization, and none of a suspended one', async () => {
    await newEndpoint();
    await newEndpoint();
    await cancelQueries(5);
    await fanOutAll();
    const terms = { ...claimTerms, maxPerOrganization: 5 };
    await db.sql("update organizations set suspended_at = now() where name = 'acme'");
    expect(await db.database.deliveries.claim(terms, 100)).toEqual([]);
    await db.sql('update organizations set suspended_at = null');
    expect(await db.database.deliveries.claim(terms, 100)).toHaveLength(5);
    expect(await db.database.deliveries.claim(terms, 100)).toEqual([]);
  });

  test('of many workers gives each delivery to one of them', async () => {
    for (let endpoint = 0; endpoint < 6; endpoint += 1) await newEndpoint();
    await cancelQueries(4);
    await fanOutAll();
    const claims = await Promise.all(
      Array.from({ length: 12 }, () => db.database.deliveries.claim(claimTerms, 5)),
    );
    const rest = await db.database.deliveries.claim(claimTerms, 100);
    const ids = [...claims.flat(), ...rest].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(24);
  });

  test('repeats an attempt whose lease lapsed, counts it as failed, and its late end changes nothing', async () => {
    await newEndpoint();
    await cancelQueries(1);
    await fanOutAll();
    const first = await claimOne();
    await db.sql("update deliveries set due_at = now() - interval '1 s' where state = 'sending'");
    const second = await claimOne();
    expect([first.id, first.failedAttempts]).toEqual([second.id, 0]);
    expect(second).toMatchObject({ attempt: 2, failedAttempts: 1 });
    await end(first, refused, null);
    const [{ state } = { state: '' }] = await db.sql<{ state: string }>('select state from deliveries');
    expect(state).toBe('sending');
    await end(second, delivered);
    const log = await db.database.webhooks.listDeliveries(
      db.tenant,
      second.endpoint?.id ?? '',
      {},
      { limit: 10 },
    );
    expect(log).toMatchObject([
      {
        state: 'delivered',
        attempts: [
          { durationMs: null, status: null },
          { durationMs: 1, status: 200 },
        ],
      },
    ]);
  });

  test('that is given back counts no attempt', async () => {
    await newEndpoint();
    await cancelQueries(1);
    await fanOutAll();
    await db.database.deliveries.release(await claimOne());
    // The database rounds to milliseconds, so it may be due in the next one only.
    const again = await eventually('it is due', async () => {
      const [claimed] = await db.database.deliveries.claim(claimTerms, 1);
      return claimed ?? null;
    });
    expect(again).toMatchObject({ failedAttempts: 0 });
    const [{ attempts } = { attempts: [] }] = await db.sql<{ attempts: unknown[] }>(
      'select attempts from deliveries',
    );
    expect(attempts).toHaveLength(1);
  });
});

describe('an endpoint', () => {
  test('that has failed for three days is disabled with an event, and its pending deliveries are cancelled', async () => {
    const id = await newEndpoint();
    await cancelQueries(2);
    await fanOutAll();
    expect(await end(await claimOne(), refused)).toBeNull();
    await db.sql("update webhook_endpoints set failing_since = now() - interval '71 hours 59 minutes'");
    expect(await end(await claimOne(), refused)).toBeNull();
    await db.sql("update webhook_endpoints set failing_since = now() - interval '72 hours'");
    const disabled = { id, organization: 'acme', environment: 'prod', reason: 'failing' };
    expect(await end(await claimOne(), refused)).toEqual(disabled);
    expect(await db.database.webhooks.find(db.tenant, id)).toMatchObject({
      enabled: false,
      disabled: { reason: 'failing' },
    });
    const log = await db.database.webhooks.listDeliveries(db.tenant, id, {}, { limit: 10 });
    expect(log.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    const events = await db.sql(
      "select object from audit_events where action = 'webhook.disable' and object = $1",
      [id],
    );
    expect(events).toHaveLength(1);
  });

  test('is no longer failing once something arrives', async () => {
    const id = await newEndpoint();
    await cancelQueries(1);
    await fanOutAll();
    await end(await claimOne(), refused);
    expect((await db.database.webhooks.find(db.tenant, id)).failingSince).not.toBeNull();
    await end(await claimOne(), delivered);
    expect((await db.database.webhooks.find(db.tenant, id)).failingSince).toBeNull();
  });

  test('gets no attempt after one that failed while it was disabled', async () => {
    const id = await newEndpoint();
    await cancelQueries(1);
    await fanOutAll();
    const inFlight = await claimOne();
    await db.database.webhooks.change(db.tenant, id, { enabled: false }, () => testEvent);
    await end(inFlight, refused);
    const [delivery] = await db.database.webhooks.listDeliveries(db.tenant, id, {}, { limit: 10 });
    expect(delivery).toMatchObject({ state: 'failed', nextAttemptAt: null });
  });

  test('is replayed by time and state, and only ended deliveries are', async () => {
    const id = await newEndpoint();
    await cancelQueries(3);
    await fanOutAll();
    const [failed, arrived] = await db.database.deliveries.claim(claimTerms, 2);
    if (failed === undefined || arrived === undefined) throw new Error('nothing was claimed');
    await end(failed, refused, null);
    await end(arrived, delivered);
    const replay = (states: readonly ('failed' | 'cancelled' | 'delivered')[], before: Date | null = null) =>
      db.database.webhooks.replay(
        db.tenant,
        id,
        { from: new Date(Date.now() - 600_000), before, states, limit: 10 },
        () => testEvent,
      );
    expect(await replay(['failed', 'cancelled'], new Date(Date.now() - 300_000))).toBe(0);
    expect(await replay(['failed', 'cancelled'])).toBe(1);
    expect(await replay(['delivered'])).toBe(1);
    expect(await replay(['failed', 'cancelled', 'delivered'])).toBe(0);
    const again = await db.database.deliveries.claim(claimTerms, 10);
    expect(again.find((delivery) => delivery.id === failed.id)).toMatchObject({
      failedAttempts: 0,
      payload: failed.payload,
    });
  });
});

test('ended deliveries are deleted after their days, and others never', async () => {
  await newEndpoint();
  await cancelQueries(3);
  await fanOutAll();
  const [one, two] = await db.database.deliveries.claim(claimTerms, 2);
  if (one === undefined || two === undefined) throw new Error('nothing was claimed');
  await end(one, delivered);
  await end(two, delivered);
  await db.sql("update deliveries set created_at = now() - interval '40 days'");
  await db.sql("update deliveries set ended_at = now() - interval '31 days' where id = $1", [one.id]);
  expect(await db.database.deliveries.deleteExpired({ days: 30, limit: 10 })).toBe(1);
  const rows = await db.sql<{ id: string }>('select id from deliveries');
  expect(rows.map(({ id }) => id)).not.toContain(one.id);
  expect(rows).toHaveLength(2);
});

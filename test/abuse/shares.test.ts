import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentLimits, errorBody, organizationCeilings } from '@hourglass/contract';
import { openDatabase, type Database } from '@hourglass/database';
import {
  connectDatabase,
  sharedSystem,
  suiteSize,
  type ContractClient,
  type DatabaseClient,
  type TestSystem,
  type TestTenant,
  testEvent,
} from '@hourglass/testing';
import { printFigure } from './print-figure.ts';

const attempts = suiteSize({ short: 10, full: 500 });
const waitingQueries = suiteSize({ short: 10, full: 100 });

describe("a tenant's administrator that wants a larger share", () => {
  let system: TestSystem;
  let tenant: TestTenant;
  let client: ContractClient;
  let control: DatabaseClient;
  let database: Database;
  beforeAll(async () => {
    system = await sharedSystem('api');
    tenant = await system.createTenant({ role: 'administrator' });
    client = system.clientOf(tenant.organization, 'prod', `Bearer ${tenant.token}`);
    control = await connectDatabase(system.databaseUrl);
    database = openDatabase({ as: 'owner', url: system.databaseUrl, poolSize: 4, copyPoolSize: 1 });
  });
  afterAll(async () => {
    await Promise.all([control.end(), database.close()]);
    await system.stop();
  });

  const patch = (path: string, body: object, by = client) =>
    by.request(path, { method: 'PATCH', body: JSON.stringify(body) });
  const ceilings = (organization: string, token: string, change?: object) =>
    fetch(`${system.url}/v1/organizations/${organization}/ceilings`, {
      method: change === undefined ? 'GET' : 'PATCH',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(change === undefined ? {} : { body: JSON.stringify(change) }),
    });
  const limits = async () => environmentLimits.parse(await (await client.request('/limits')).json());

  test('gets no limit over its ceiling, however it asks', async () => {
    const before = await limits();
    const wishes = [
      { turnWeight: 100 },
      { turnWeight: 2, queriesPerHour: 1 },
      { queriesPerHour: 1_000_000 },
      { activeQueries: 100_000 },
      { schedules: 101 },
      { scheduledQueries: 11 },
    ];
    const all = Array.from({ length: attempts }, (_, attempt) => wishes[attempt % wishes.length] ?? {});
    const statuses = await Promise.all(all.map(async (wish) => (await patch('/limits', wish)).status));
    expect(new Set(statuses)).toEqual(new Set([400]));
    expect((await ceilings(tenant.organization, tenant.token, { turnWeight: 100 })).status).toBe(403);
    expect((await ceilings(system.organization, tenant.token, { turnWeight: 100 })).status).toBe(404);
    expect(await limits()).toEqual(before);
    const { turnWeight } = await limits();
    printFigure('share that an administrator gives itself', {
      found: `weight ${turnWeight}`,
      bound: 'weight 1',
    });
  });

  test('receives the field, the value and the ceiling', async () => {
    const refused = await patch('/limits', { turnWeight: 100 });
    const { error } = errorBody.parse(await refused.json());
    expect(error.details[0]?.fieldViolations).toEqual([
      {
        field: 'turnWeight',
        description: 'found 100; expected at most 1, the ceiling that the operators set for the organization',
      },
    ]);
  });

  test('moves within the ceiling that an operator sets, by HTTP and by the command line', async () => {
    const { organization, token } = tenant;
    expect(
      await system.runCli('admin', 'organization', 'ceilings', organization, '--turn-weight', '5'),
    ).toMatchObject({
      code: 0,
      output: expect.stringContaining('fair-share weight: 5 (override)') as unknown,
    });
    expect(organizationCeilings.parse(await (await ceilings(organization, token)).json()).turnWeight).toBe(5);
    expect((await patch('/limits', { turnWeight: 5 })).status).toBe(200);
    expect((await patch('/limits', { turnWeight: 6 })).status).toBe(400);
    // A lower ceiling holds at once for what was set before it.
    const lower = { turnWeight: 2, queriesPerHour: 3, activeQueries: 2, schedules: 4, scheduledQueries: 1 };
    await ceilings(organization, system.token, lower);
    expect(await limits()).toMatchObject(lower);
    await ceilings(organization, system.token, {
      turnWeight: null,
      queriesPerHour: null,
      activeQueries: null,
      schedules: null,
      scheduledQueries: null,
    });
    expect((await patch('/limits', { turnWeight: 1 })).status).toBe(200);
  });

  test('cannot set its retention over the ceiling, which deletes nothing by itself', async () => {
    await control.sql(
      `update environments e set retention_days = 90
         from organizations o where o.id = e.organization_id and o.name = $1`,
      [tenant.organization],
    );
    await ceilings(tenant.organization, system.token, { retentionDays: 30 });
    expect((await patch('/retention', { retentionDays: 31 })).status).toBe(400);
    expect((await patch('/retention?dryRun=true', { retentionDays: 31 })).status).toBe(400);
    const kept = await client.request('/retention');
    expect(await kept.json()).toMatchObject({ retentionDays: 90, own: { retentionDays: 90 } });
    expect((await patch('/retention', { retentionDays: 30 })).status).toBe(200);
    expect((await patch('/retention', { retentionDays: null })).status).toBe(200);
    await ceilings(tenant.organization, system.token, { retentionDays: null });
  });

  test('starts no more queries than another tenant, whatever weight its environment has', async () => {
    const other = await system.createTenant();
    const ids = new Map<number, number>();
    for (const { organization } of [tenant, other]) {
      const scope = { organization, environment: 'prod' };
      const found = await database.accounts.findTenant(scope);
      if (found === null) throw new Error(`${organization} has no environment prod`);
      ids.set(found.environmentId, 0);
      for (let query = 0; query < waitingQueries; query += 1) await submit(found);
    }
    await control.sql('update organizations set turn_weight_ceiling = 1 where name = $1', [
      tenant.organization,
    ]);
    await control.sql(
      `update environments e set turn_weight = 100
         from organizations o where o.id = e.organization_id and o.name = $1`,
      [tenant.organization],
    );
    const terms = { leaseMs: 600_000, maxAttempts: 3, timeoutMs: 3_600_000 };
    for (let claims = 0; claims < waitingQueries; claims += 1) {
      const [id = ''] = await database.queries.listWaiting(terms, 1);
      const claim = await database.queries.claim(id, terms);
      const environmentId = claim?.plan.tenant.environmentId ?? 0;
      ids.set(environmentId, (ids.get(environmentId) ?? 0) + 1);
    }
    const [ofAttacker = 0, ofOther = 0] = ids.values();
    printFigure('queries of an environment of weight 100 per query of another tenant', {
      found: (ofAttacker / ofOther).toFixed(2),
      bound: '1.5',
    });
    expect(ofAttacker / ofOther).toBeLessThanOrEqual(1.5);
  });

  async function submit(place: { organization: string; environment: string; environmentId: number }) {
    await database.queries.submit(
      {
        id: randomUUID(),
        plan: {
          version: 1,
          dataset: 'api',
          tenant: place,
          range: { startMs: Date.UTC(2026, 0, 1), endExclusiveMs: Date.UTC(2027, 0, 1) },
          timeUnit: 'hour',
          metrics: [{ metric: 'message_count', function: 'sum', alias: 'sum_message_count' }],
          dimensions: ['apiproxy'],
          filter: null,
          limitRows: null,
          output: { format: 'json' },
        },
        submittedBy: 'jane@example.com',
        audit: testEvent,
      },
      { queriesPerHour: 1_000_000, activeQueries: 1_000_000 },
    );
  }
});

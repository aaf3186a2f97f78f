import { randomUUID } from 'node:crypto';
import { catalogue, factsTarget, type Plan, type Tenant } from '@hourglass/query';
import { reuseOf, type SubmissionOutcome } from '@hourglass/reports';
import { eventually, testAudit as audit, testEvent } from '@hourglass/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, noLimits, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';
import { api, encodedFact, encodedRows } from './encoded-facts.ts';
import { claimed, publication, terms } from './query-attempts.ts';

let db: DatabaseWithTenant;
let tenant: Tenant;
let organization: string;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());
beforeEach(async () => {
  organization = `org-${randomUUID()}`;
  await db.admin.createOrganization(organization);
  tenant = await db.admin.createEnvironment({ organization, name: 'prod' });
});

interface Submitted {
  readonly plan?: Plan;
  readonly isAllowed?: boolean;
  readonly limits?: typeof noLimits;
}

function submit({ plan = planOf(tenant), isAllowed = true, limits = noLimits }: Submitted = {}) {
  const reuse = reuseOf(plan, catalogue, isAllowed);
  const submission = { id: randomUUID(), plan, submittedBy: 'jane@example.com', reuse, audit: testEvent };
  return db.database.queries.submit(submission, limits);
}

function idOf(outcome: SubmissionOutcome): string {
  if (outcome.kind === 'accepted') return outcome.record.id;
  if (outcome.kind === 'reused') return outcome.id;
  throw new Error(outcome.kind);
}

/** Submits a query that runs. */
async function runs(submitted: Submitted = {}): Promise<string> {
  const outcome = await submit(submitted);
  expect(outcome).toMatchObject({ kind: 'accepted', record: { hasJoined: false } });
  return idOf(outcome);
}

async function complete(id: string): Promise<void> {
  const attempt = await claimed(db, id);
  const archiveKey = `archives/${tenant.environmentId}/${id}/${attempt}/a.zip`;
  expect(await db.database.queries.complete(id, attempt, { ...publication, archiveKey })).toBe(true);
  await db.database.queries.shareResult(id);
}

async function find(id: string) {
  const record = await db.database.queries.find({ organization }, id);
  if (record === null) throw new Error(`no query ${id}`);
  return record;
}

const usage = () => db.database.queries.usage({ organization, environment: 'prod' }, noLimits);

/** Opens a batch of one fact. */
async function openBatch() {
  const opened = await db.database.facts(audit).openBatch({
    environmentId: tenant.environmentId,
    target: factsTarget(api),
    id: randomUUID(),
    createdBy: 'ada',
  });
  if (!('writer' in opened)) throw new Error('the batch was accepted before');
  const { writer } = opened;
  await writer.write(encodedRows([encodedFact('2026-06-01T00:00:00.000Z', { apiproxy: 'a' })]));
  return writer;
}

async function ingest(): Promise<bigint> {
  const writer = await openBatch();
  await writer.commit({ accepted: 1, bodySha256: '' });
  return BigInt(writer.batchSeq);
}

describe('an equal query over unchanged facts', () => {
  test('is completed at once with the archive of the first, and does not count', async () => {
    const first = await runs();
    await complete(first);
    const before = await usage();
    const outcome = await submit({ limits: { queriesPerHour: 1, activeQueries: 1 } });
    expect(outcome).toMatchObject({ kind: 'reused' });
    const [one, other] = [await find(first), await find(idOf(outcome))];
    expect(other).toMatchObject({ state: 'completed', progressPercent: 100, reusedFrom: first });
    expect({ ...other.result, expiresAt: null }).toEqual({ ...one.result, expiresAt: null });
    expect((other.result?.expiresAt.getTime() ?? 0) - other.createdAt.getTime()).toBe(604_800_000);
    expect(await usage()).toEqual(before);
  });

  test('runs itself where it does not allow reuse, and gives its own result to later ones', async () => {
    await complete(await runs());
    const second = await runs({ isAllowed: false });
    await complete(second);
    expect(await find(idOf(await submit()))).toMatchObject({ reusedFrom: second });
  });

  test('reuses a reused result, also after the first one has expired', async () => {
    const first = await runs();
    await complete(first);
    const second = idOf(await submit());
    await db.sql("update queries set expires_at = now() - interval '1 s' where id = $1", [first]);
    expect(await db.database.queries.expireDue(10)).toMatchObject([{ id: first, isShared: true }]);
    const third = idOf(await submit());
    expect(await find(third)).toMatchObject({ state: 'completed', reusedFrom: first });
    const archive = { key: (await find(third)).result?.archiveKey ?? '', queryId: first, attempt: 1 };
    expect(await db.database.queries.orphanedWork([archive])).toEqual([]);
    await db.sql("update queries set expires_at = now() - interval '1 s' where id = any($1)", [
      [second, third],
    ]);
    const last = await db.database.queries.expireDue(10);
    expect(last.map(({ isShared }) => isShared)).toEqual([false, false]);
    expect(await db.database.queries.orphanedWork([archive])).toEqual([archive.key]);
  });

  test.each<[difference: string, change: Partial<Plan>]>([
    ['format', { output: { format: 'csv', delimiter: ',' } }],
    ['range', { range: { startMs: Date.UTC(2026, 0, 1), endExclusiveMs: Date.UTC(2027, 0, 1) + 1 } }],
    ['alias', { metrics: [{ metric: 'message_count', function: 'sum', alias: 'calls' }] }],
    ['custom field', { customFields: [{ id: 2, name: 'plan', type: 'text' } as never] }],
    ['limit', { limitRows: 5 }],
  ])('runs itself with another %s', async (_, change) => {
    await complete(await runs());
    await runs({ plan: { ...planOf(tenant), ...change } });
  });

  test('is found whatever the order of the members of its plan', async () => {
    await complete(await runs());
    const plan = Object.fromEntries(Object.entries(planOf(tenant)).toReversed()) as unknown as Plan;
    expect(await submit({ plan })).toMatchObject({ kind: 'reused' });
  });

  test('is not one of another environment', async () => {
    await complete(await runs());
    tenant = await db.admin.createEnvironment({ organization, name: 'test' });
    await runs();
  });

  test('is not one whose result was made by other software or in another cluster', async () => {
    const first = await runs();
    await complete(first);
    await db.sql("update queries set made_by = replace(made_by, 'cluster ', 'cluster 1') where id = $1", [
      first,
    ]);
    await runs();
  });
});

describe('an equal query runs itself after', () => {
  const changes: readonly [name: string, change: () => Promise<unknown>][] = [
    ['a batch', ingest],
    [
      'the deletion of a batch',
      async () => db.database.deletions(audit).deleteBatch(tenant.environmentId, seq),
    ],
    [
      'the deletion of a range of hot facts',
      async () => {
        const range = { startMs: Date.UTC(2026, 0, 1), endExclusiveMs: Date.UTC(2027, 0, 1) };
        await db.database.deletions(audit).deleteRange({ ...tenant, dataset: 'api' }, range);
      },
    ],
    [
      'a change of the retention',
      () => db.sql('update environments set retention_days = 5000 where id = $1', [tenant.environmentId]),
    ],
  ];
  let seq: bigint;
  test.each(changes)('%s', async (_, change) => {
    seq = await ingest();
    await complete(await runs());
    await change();
    await runs();
  });

  test('a batch that an earlier sequence number was given to, and that was open at the snapshot', async () => {
    const writer = await openBatch();
    await ingest();
    await complete(await runs());
    expect(await submit()).toMatchObject({ kind: 'reused' });
    await writer.commit({ accepted: 1, bodySha256: '' });
    await runs();
  });

  test('the deletion of a range of a segment of which no batch is known, as earlier versions sealed them', async () => {
    await db.sql(
      `insert into segments (id, environment_id, dataset, object_key, state, facts, bytes, sha256, first_at, last_at, columns)
       values ($1, $2, 'api', $3, 'live', 10, 1, '', '2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z', '[]')`,
      [randomUUID(), tenant.environmentId, randomUUID()],
    );
    await complete(await runs());
    expect(await submit()).toMatchObject({ kind: 'reused' });
    const range = { startMs: Date.UTC(2026, 5, 1), endExclusiveMs: Date.UTC(2026, 5, 2) };
    await db.database.deletions(audit).deleteRange({ ...tenant, dataset: 'api' }, range);
    await runs();
  });

  test('a part of its range has left the retention', async () => {
    await db.sql('update environments set retention_days = 1 where id = $1', [tenant.environmentId]);
    await complete(await runs());
    await runs();
  });

  test('an exchange rate, if it converts amounts', async () => {
    const plan: Plan = { ...planOf(tenant), targetCurrency: 'EUR' };
    await complete(await runs({ plan }));
    await complete(await runs());
    const rate = { day: '2026-06-01', currency: 'USD', targetCurrency: 'EUR', rate: '0.9' };
    await db.database.exchangeRates.put(organization, [rate], testEvent);
    await runs({ plan });
    expect(await submit()).toMatchObject({ kind: 'reused' });
  });

  test('records of its dataset, but not of another one', async () => {
    const records = [...catalogue.values()].find(({ name }) => name === 'orders')?.records[0];
    if (records === undefined) throw new Error('orders have no records');
    const plan: Plan = { ...planOf(tenant), dataset: 'orders' };
    await complete(await runs({ plan }));
    await complete(await runs());
    const opened = await db.database.facts(audit).openBatch({
      environmentId: tenant.environmentId,
      target: { kind: 'records', name: records.name, records },
      id: randomUUID(),
      createdBy: 'ada',
    });
    if (!('writer' in opened)) throw new Error('the batch was accepted before');
    await opened.writer.commit({ accepted: 0, bodySha256: '' });
    await runs({ plan });
    expect(await submit()).toMatchObject({ kind: 'reused' });
  });
});

test('a change is deleted a day later, once every result has seen it', async () => {
  const seq = await ingest();
  await complete(await runs());
  await db.database.deletions(audit).deleteBatch(tenant.environmentId, seq);
  const changes = () =>
    db
      .sql('select from fact_changes where environment_id = $1', [tenant.environmentId])
      .then((rows) => rows.length);
  await db.database.queries.deleteSeenChanges(1_000);
  expect(await changes()).toBe(1);
  await db.sql("update fact_changes set changed_at = now() - interval '2 days'");
  await db.database.queries.deleteSeenChanges(1_000);
  expect(await changes()).toBe(1);
  await runs();
  await db.sql("update queries set state = 'expired' where state = 'completed'");
  // A transaction in any database of the server may be older than the change.
  await eventually('the change is deleted', async () => {
    await db.database.queries.deleteSeenChanges(1_000);
    return (await changes()) === 0 ? true : null;
  });
});

/** Returns the queries in the order in which they run. Those of one millisecond have the order of their ids. */
async function inTurn(ids: readonly string[]): Promise<readonly string[]> {
  const rows = await db.sql<{ id: string }>(
    'select id from queries where id = any($1::uuid[]) order by created_at, id',
    [ids],
  );
  return rows.map(({ id }) => id);
}

describe('a query that is equal to an active one', () => {
  test('waits for its result without counting, and gets it when it completes', async () => {
    const first = await runs();
    const before = await usage();
    const joined = await Promise.all([submit(), submit({ limits: { queriesPerHour: 1, activeQueries: 1 } })]);
    expect(joined).toMatchObject([{ record: { hasJoined: true } }, { record: { hasJoined: true } }]);
    expect(await usage()).toEqual(before);
    expect(await db.database.queries.listWaiting(terms, 100)).toContain(first);
    for (const id of joined.map(idOf)) {
      expect(await db.database.queries.listWaiting(terms, 100)).not.toContain(id);
      expect(await db.database.queries.claim(id, terms)).toBeNull();
    }
    await complete(first);
    for (const id of joined.map(idOf))
      expect(await find(id)).toMatchObject({ state: 'completed', reusedFrom: first, progressPercent: 100 });
  });

  test('joins a running one only while nothing has changed since its claim', async () => {
    const first = await runs();
    await claimed(db, first);
    expect(await submit()).toMatchObject({ record: { hasJoined: true } });
    await ingest();
    await runs();
  });

  test('takes the result at its own claim when its worker died before it shared it', async () => {
    const first = await runs();
    const joined = idOf(await submit());
    const attempt = await claimed(db, first);
    await db.database.queries.complete(first, attempt, publication);
    const others = await db.sql<{ name: string }>('select name from organizations where name <> $1', [
      organization,
    ]);
    const choice = {
      shares: new Map<string, number>(),
      skipped: others.map(({ name }) => name),
      maxFacts: null,
    };
    expect(await db.database.queries.nextWaiting(terms, choice)).toMatchObject({
      id: joined,
      hasJoined: true,
    });
    expect(await db.database.queries.takeResult(joined)).toBe(true);
    expect(await find(joined)).toMatchObject({ state: 'completed', reusedFrom: first });
  });

  test.each(['cancelled', 'failed'] as const)(
    'runs itself, and counts from then on, once that one has %s; others wait for it in turn',
    async (end) => {
      const first = await runs();
      const [second = '', third = ''] = await inTurn([idOf(await submit()), idOf(await submit())]);
      const attempt = await claimed(db, first);
      if (end === 'cancelled') await db.database.queries.cancel(tenant, first, testEvent);
      else await db.database.queries.fail(first, attempt, { reason: 'x', fault: 'query' });
      expect(await db.database.queries.takeResult(second)).toBe(false);
      expect(await db.database.queries.claim(third, terms)).toBeNull();
      expect(await usage()).toMatchObject({ submittedInHour: 1, active: 0 });
      await complete(second);
      expect(await usage()).toMatchObject({ submittedInHour: 2, active: 0 });
      expect(await find(second)).toMatchObject({ state: 'completed', reusedFrom: null });
      expect(await find(third)).toMatchObject({ state: 'completed', reusedFrom: second });
    },
  );

  test('is cancelled alone', async () => {
    const first = await runs();
    const joined = idOf(await submit());
    expect(await db.database.queries.cancel(tenant, joined, testEvent)).toBe(true);
    await complete(first);
    expect(await find(joined)).toMatchObject({ state: 'cancelled', result: null });
    expect(await find(first)).toMatchObject({ state: 'completed' });
  });
});

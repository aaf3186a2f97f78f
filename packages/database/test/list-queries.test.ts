import { randomUUID } from 'node:crypto';
import type { ListCriteria, ListPosition, QueryRecord } from '@hourglass/reports';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEvent } from '@hourglass/testing';
import { databaseWithTenant, noLimits, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';

const firstMs = Date.UTC(2026, 4, 1);
const count = 60;

let db: DatabaseWithTenant;
let all: readonly QueryRecord[];

beforeAll(async () => {
  db = await databaseWithTenant();
  for (let i = 0; i < count; i += 1) {
    const id = randomUUID();
    const submittedBy = i % 3 === 0 ? 'jane@example.com' : 'joe@example.com';
    const labels = {
      ...(i % 5 === 0 ? { hostname: `host-${i % 2}.example` } : {}),
      ...(i % 7 === 0 ? { reportDefinitionId: 'monthly', name: 'Ünïcode "name"' } : {}),
    };
    await db.database.queries.submit(
      { id, plan: planOf(db.tenant), submittedBy, labels, audit: testEvent },
      noLimits,
    );
    if (i % 4 === 0) await db.database.queries.cancel(db.tenant, id, testEvent);
    // 12 distinct times, so that pages end between queries of the same millisecond.
    await db.sql('update queries set created_at = $2 where id = $1', [
      id,
      new Date(firstMs + (i % 12)).toISOString(),
    ]);
  }
  await db.sql(
    `update queries set plan = jsonb_set(plan, '{dataset}', '"mint"') where submitted_by like 'joe%' and state = 'cancelled'`,
  );
  const ids = await db.sql<{ id: string }>('select id from queries');
  const scope = { organization: 'acme', environment: 'prod' };
  const found = await Promise.all(ids.map(({ id }) => db.database.queries.find(scope, id)));
  all = found.filter((record) => record !== null);
  expect(all).toHaveLength(count);
});
afterAll(() => db.close());

/** Computes the list by its definition, without SQL. */
function expected(criteria: ListCriteria): QueryRecord[] {
  const { submittedBy, state, dataset, createdFrom, createdBefore, hostname, hasReport } = criteria;
  return all
    .filter(
      (record) =>
        (submittedBy === undefined || record.submittedBy === submittedBy) &&
        (state === undefined || record.state === state) &&
        (dataset === undefined || record.plan.dataset === dataset) &&
        (createdFrom === undefined || record.createdAt >= createdFrom) &&
        (createdBefore === undefined || record.createdAt < createdBefore) &&
        (hostname === undefined || (record.labels.hostname ?? null) === hostname) &&
        (hasReport === undefined || record.labels.reportDefinitionId !== undefined),
    )
    .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1));
}

test('Pages of any size, with any criteria, form the list without gaps or repetitions', async () => {
  const moment = fc.integer({ min: -1, max: 13 }).map((ms) => new Date(firstMs + ms));
  const anyCriteria = fc.record(
    {
      submittedBy: fc.constantFrom('jane@example.com', 'joe@example.com', 'nobody@example.com'),
      state: fc.constantFrom('enqueued' as const, 'cancelled' as const, 'failed' as const),
      dataset: fc.constantFrom('api', 'mint'),
      createdFrom: moment,
      createdBefore: moment,
      hostname: fc.constantFrom('host-0.example', 'host-1.example', 'host-2.example', null),
      hasReport: fc.constant(true as const),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(anyCriteria, fc.integer({ min: 3, max: 25 }), async (criteria, size) => {
      const listed: QueryRecord[] = [];
      let after: ListPosition | undefined;
      for (;;) {
        const page = await db.database.queries.list(
          db.tenant,
          after === undefined ? criteria : { ...criteria, after },
          size,
        );
        listed.push(...page);
        after = page.at(-1);
        if (page.length < size) break;
      }
      expect(listed.map(({ id }) => id)).toEqual(expected(criteria).map(({ id }) => id));
    }),
    { numRuns: 60 },
  );
});

test('A query that is submitted between two pages does not shift the second', async () => {
  const first = await db.database.queries.list(db.tenant, {}, 10);
  const id = randomUUID();
  await db.database.queries.submit(
    { id, plan: planOf(db.tenant), submittedBy: 'jane@example.com', audit: testEvent },
    noLimits,
  );
  const last = first.at(-1);
  if (last === undefined) throw new Error('the first page is empty');
  const second = await db.database.queries.list(db.tenant, { after: last }, 10);
  await db.sql('delete from queries where id = $1', [id]);
  expect(second.map((record) => record.id)).toEqual(
    expected({})
      .slice(10, 20)
      .map((record) => record.id),
  );
});

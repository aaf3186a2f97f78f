import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '@hourglass/query';
import type { ListCriteria } from '@hourglass/reports';
import { Pool } from 'pg';
import type { Queryable, Scoped } from '../src/connection/scoped-pool.ts';
import { beginWith, everyTenant, settingsOf, type Scope } from '../src/connection/scope.ts';
import { processRoles } from '../src/connection/roles.ts';
import { liveSegments } from '../src/facts/segments/segment-rows.ts';
import { listRewritable, retireExpired } from '../src/facts/segments/removable-facts.ts';
import { createSegmentStore } from '../src/facts/segments/segment-store.ts';
import { failOverdue } from '../src/queries/fail-overdue.ts';
import { listQueries } from '../src/queries/list-queries.ts';
import { nextWaiting } from '../src/queries/next-waiting.ts';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';
import { terms } from './query-attempts.ts';

/** The rows of one environment in each table, which has more than 600 pages. */
const rows = 10_000;
const dayMs = 86_400_000;

class Explained extends Error {}

interface PlanNode {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

let db: DatabaseWithTenant;
let owner: Pool;
beforeAll(async () => {
  db = await databaseWithTenant();
  owner = new Pool({ connectionString: db.url, max: 1 });
  await owner.query('set session_replication_role = replica');
  await owner.query(
    `insert into queries (id, environment_id, plan, state, submitted_by, created_at, updated_at)
     select gen_random_uuid(), $1, jsonb_build_object('dataset', 'api', 'text', repeat(md5(i::text), 12)),
            case i when 1 then 'running' when 2 then 'failed' when 3 then 'enqueued' when 4 then 'completed'
                   else 'expired' end::query_state,
            case i when 5 then 'new@example.com' else 'jane@example.com' end, now() - i * interval '1 minute', now()
       from generate_series($2::integer, 1, -1) i`,
    [db.tenant.environmentId, rows],
  );
  await owner.query(
    `insert into segments (id, environment_id, dataset, state, object_key, bytes, sha256, facts, first_at, last_at, columns)
     select gen_random_uuid(), $1, 'api', 'live', '', 1, '', 1000, at, at + interval '1 hour', to_jsonb(repeat(md5(i::text), 12))
       from (select i, now() - i * interval '1 hour' as at from generate_series($2::integer, 1, -1) i) row`,
    [db.tenant.environmentId, rows],
  );
  await owner.query('vacuum analyze queries, segments');
});
afterAll(async () => {
  await owner.end();
  await db.close();
});

/** Returns the pages of 8 KiB that the first statement of `read` touches in the role of the process. */
async function pagesOf(
  process: 'api' | 'worker',
  scope: Scope,
  read: (queryable: Queryable) => Promise<unknown>,
): Promise<number> {
  const client = await owner.connect();
  let pages = 0;
  const explaining: Queryable = {
    async query(statement, parameters) {
      const { text, values } =
        typeof statement === 'string' ? { text: statement, values: parameters } : statement;
      const explained = await client.query<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>({
        text: `explain (analyze, buffers, format json) ${text}`,
        ...(values === undefined ? {} : { values }),
      });
      const plan = explained.rows[0]?.['QUERY PLAN'][0].Plan;
      if (plan !== undefined) pages = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
      throw new Explained();
    },
  };
  try {
    await client.query(beginWith(settingsOf(scope, processRoles[process]), 'begin'));
    await expect(read(explaining)).rejects.toThrow(Explained);
  } finally {
    await client.query('rollback');
    client.release();
  }
  return pages;
}

describe('among ten thousand queries of an environment', () => {
  const rare: readonly ListCriteria[] = [
    { state: 'running' },
    { state: 'enqueued' },
    { state: 'failed' },
    { state: 'cancelled' },
    { state: 'completed' },
    { submittedBy: 'new@example.com' },
    { submittedBy: 'nobody@example.com' },
    { hasReport: true },
  ];
  test.each(rare)('a list of the few with %j reads only those', async (criteria) => {
    const pages = await pagesOf('api', db.tenant, (pool) => listQueries(pool, db.tenant, criteria, 100));
    expect(pages).toBeLessThan(40);
  });

  test('the next query and the overdue ones are found among the active ones', async () => {
    const choice = { shares: new Map(), skipped: [], maxFacts: null };
    expect(await pagesOf('worker', everyTenant, (pool) => nextWaiting(pool, terms, choice))).toBeLessThan(40);
    expect(await pagesOf('worker', everyTenant, (pool) => failOverdue(pool, terms))).toBeLessThan(40);
  });
});

describe('among ten thousand segments of an environment', () => {
  test('those of a day a year ago are found without reading the rows of later ones', async () => {
    const { environmentId } = db.tenant;
    const startMs = Date.now() - 365 * dayMs;
    const range = { startMs, endExclusiveMs: startMs + dayMs };
    const segments = { environmentId, dataset: 'api' };
    const pages = await pagesOf('worker', { environmentId }, (pool) =>
      liveSegments(pool, segments, { range }),
    );
    // The rows have more than 600, the part of the index after the day about 80.
    expect(pages).toBeLessThan(150);
  });

  test('retired and incoming ones are found without reading the live ones', async () => {
    const storeOn = (pool: Queryable) => {
      const controlPool = { within: () => pool as Scoped };
      return createSegmentStore(
        { copyPool: controlPool, controlPool, lockPool: owner },
        { catalogue, retentionDays: null },
      );
    };
    const reads = [
      (pool: Queryable) => storeOn(pool).listDeletable(0, 1000),
      (pool: Queryable) => storeOn(pool).retireAbandoned(0),
      (pool: Queryable) => storeOn(pool).unownedKeys(['a']),
    ];
    for (const read of reads) expect(await pagesOf('worker', everyTenant, read)).toBeLessThan(40);
  });

  test('those past the retention are found without reading the others', async () => {
    const days = rows / 24;
    const retired = await pagesOf('worker', everyTenant, (pool) => retireExpired(pool, Math.ceil(days)));
    const rewriting = { retentionDays: Math.floor(days), limit: 20 };
    const rewritable = await pagesOf('worker', everyTenant, (pool) =>
      listRewritable(pool, { deletedForMs: 0, expiredForMs: 0 }, rewriting),
    );
    expect(Math.max(retired, rewritable)).toBeLessThan(40);
  });
});

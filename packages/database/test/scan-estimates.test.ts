import { randomUUID } from 'node:crypto';
import type { SegmentFile } from '@hourglass/facts';
import { bindPlan, catalogue, type Plan } from '@hourglass/query';
import type { Publication } from '@hourglass/reports';
import { Pool } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testEvent } from '@hourglass/testing';
import { createScopedPool } from '../src/connection/scoped-pool.ts';
import { createScanEstimates } from '../src/facts/scan-estimates.ts';
import { databaseWithTenant, noLimits, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';

const facts = 20_000;
const day = (text: string) => Date.parse(`2026-${text}T00:00:00Z`);

let db: DatabaseWithTenant;
beforeEach(async () => {
  db = await databaseWithTenant();
});
afterEach(() => db.close());

const inJune = (): Plan => ({
  ...planOf(db.tenant),
  range: { startMs: day('06-01'), endExclusiveMs: day('06-11') },
});

/** One fact every 100 seconds from 1 June: 864 a day. */
async function storeHotFacts(environmentId: number): Promise<void> {
  await db.sql(
    `insert into hot_api_facts (environment_id, batch_seq, "timestamp", apiproxy)
     select $1, 1, timestamptz '2026-06-01Z' + n * interval '100 s', 'p' from generate_series(0, $2::integer - 1) n`,
    [environmentId, facts],
  );
}

async function storeSegment(from: string, to: string): Promise<void> {
  const owner = { environmentId: db.tenant.environmentId, dataset: 'api' };
  const columns = [{ name: 'apiproxy', type: 'text' as const }];
  const file: SegmentFile = {
    path: '',
    bytes: 1_000,
    sha256: randomUUID(),
    facts: 70,
    firstMs: day(from),
    lastMs: day(to),
    columns,
  };
  const { id } = await db.database.segments.register(owner, file);
  await db.sql(`update segments set state = 'live' where id = $1`, [id]);
}

/** Completes the query as a worker that took `seconds`. */
async function completed(
  plan: Plan,
  figures: { rows: number; rowsScanned: number; seconds: number },
): Promise<void> {
  const { queries } = db.database;
  const id = randomUUID();
  await queries.submit({ id, plan, submittedBy: 'jane@example.com', audit: testEvent }, noLimits);
  await queries.claim(id, { leaseMs: 60_000, maxAttempts: 5, timeoutMs: 3_600_000 });
  const publication: Publication = {
    ...figures,
    archiveKey: `archives/${id}`,
    archiveBytes: 1,
    archiveMd5: '',
    gzipBytes: 1,
    watermark: null,
    resultTtlSeconds: 3_600,
  };
  await queries.complete(id, 1, publication);
  await db.sql('update queries set execution_ms = $2 where id = $1', [id, figures.seconds * 1_000]);
}

test('counts the hot facts of the environment and range, and lists the live segments that overlap it', async () => {
  const other = await db.admin.createEnvironment({ organization: 'acme', name: 'test' });
  for (const { environmentId } of [db.tenant, other]) await storeHotFacts(environmentId);
  for (const [from, to] of [
    ['05-01', '05-31'],
    ['05-31', '06-01'],
    ['06-03', '06-04'],
    ['06-11', '06-12'],
  ] as const)
    await storeSegment(from, to);
  const found = await db.database.scans.estimate(bindPlan(inJune(), catalogue));
  expect(found).toEqual({
    segments: [expect.objectContaining({ facts: 70 }), expect.objectContaining({ bytes: 1_000 })],
    liveSegments: 4,
    hotFacts: { rows: 8_640, exact: true, rowBytes: expect.any(Number) },
    factsPerSecond: null,
    earlier: null,
  });
  // Four columns; two of them have 4 and 8 bytes.
  expect(found.hotFacts.rowBytes).toBeGreaterThan(12);
});

test("returns the planner's estimate when counting takes too long, and continues", async () => {
  await storeHotFacts(db.tenant.environmentId);
  await db.sql('analyze hot_api_facts');
  // Longer than the limit, which no test's count would reach.
  await db.sql(
    `create or replace view hot_api_facts_in_scope as
       select f.* from hot_api_facts f where pg_sleep(0.001 * f.batch_seq) is not null`,
  );
  const pool = new Pool({ connectionString: db.url, max: 1 });
  try {
    const { hotFacts } = await createScanEstimates(
      createScopedPool({ pool, roles: null, isPipelined: false }),
      {
        maxCountMs: 50,
        retentionDays: null,
      },
    ).estimate(bindPlan(inJune(), catalogue));
    expect(hotFacts.exact).toBe(false);
    expect(hotFacts.rows).toBeGreaterThan(8_640 / 2);
    expect(hotFacts.rows).toBeLessThan(8_640 * 2);
    // The limit applies to the count only.
    expect((await pool.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
  } finally {
    await pool.end();
  }
});

test('the speed is that of large completed queries; an earlier report differs in its range only', async () => {
  const plan = inJune();
  const march = { startMs: day('03-01'), endExclusiveMs: day('03-02') };
  await completed({ ...plan, range: march }, { rows: 12, rowsScanned: 3_000_000, seconds: 2 });
  await completed({ ...plan, dimensions: ['target'] }, { rows: 13, rowsScanned: 1_000_000, seconds: 2 });
  await completed({ ...plan, timeUnit: 'day' }, { rows: 14, rowsScanned: 10, seconds: 900 });
  await completed({ ...plan, limitRows: 15 }, { rows: 15, rowsScanned: 10, seconds: 900 });
  const filter = { kind: 'null', field: 'target', negated: false } as const;
  await completed({ ...plan, filter }, { rows: 16, rowsScanned: 10, seconds: 900 });
  const { factsPerSecond, earlier } = await db.database.scans.estimate(bindPlan(plan, catalogue));
  expect(factsPerSecond).toBe(1_000_000);
  expect(earlier).toEqual({ rows: 12, range: march });
  expect((await db.database.scans.estimate(bindPlan({ ...plan, filter }, catalogue))).earlier?.rows).toBe(16);
});

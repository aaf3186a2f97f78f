import { randomUUID } from 'node:crypto';
import type { EncodedRow } from '@hourglass/facts';
import { catalogue, ingestTargets, type IngestTarget } from '@hourglass/query';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testAudit as audit } from '@hourglass/testing';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';
import { encodedRows } from './encoded-facts.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());
beforeEach(() => db.sql('delete from instrument_uses'));

function uses(): IngestTarget {
  const target = ingestTargets(catalogue).get('instruments.uses');
  if (target === undefined) throw new Error('unknown record set instruments.uses');
  return target;
}

function use(id: string, seconds: number, userId = 'jane'): EncodedRow {
  return { cells: [id, 'e1', userId, '2026-01-01T00:00:00.000001Z', String(seconds)] };
}

async function open(environmentId = db.tenant.environmentId) {
  const opened = await db.database
    .facts(audit)
    .openBatch({ environmentId, target: uses(), id: randomUUID() });
  if (!('writer' in opened)) throw new Error('the batch was accepted before');
  return opened.writer;
}

async function store(rows: readonly EncodedRow[], environmentId = db.tenant.environmentId): Promise<void> {
  const writer = await open(environmentId);
  await writer.write(encodedRows(rows));
  await writer.commit({ accepted: rows.length, bodySha256: 'ab'.repeat(32) });
}

async function stored(): Promise<[string, number][]> {
  const rows = await db.sql<{ id: string; seconds: string }>(
    'select id, seconds from instrument_uses where environment_id = $1 order by id',
    [db.tenant.environmentId],
  );
  return rows.map(({ id, seconds }) => [id, Number(seconds)]);
}

describe('records', () => {
  test('replace those with the same key and have the number of their batch', async () => {
    await store([use('a', 1), use('b', 2)]);
    await store([use('b', 3), use('c', 4)]);
    expect(await stored()).toEqual([
      ['a', 1],
      ['b', 3],
      ['c', 4],
    ]);
    const batches = await db.sql<{ id: string; newest: boolean }>(
      `select id, batch_seq = (select max(seq) from batches where dataset = 'instruments.uses') as newest
         from instrument_uses order by id`,
    );
    expect(batches.map(({ newest }) => newest)).toEqual([false, true, true]);
  });

  test('keep microseconds', async () => {
    await store([use('a', 1)]);
    const [row] = await db.sql<{ time: string }>(
      `select (started_at at time zone 'UTC')::text as time from instrument_uses`,
    );
    expect(row?.time).toBe('2026-01-01 00:00:00.000001');
  });

  test('with the same key in one batch: the last one wins, also across chunks', async () => {
    const rows: EncodedRow[] = [];
    for (let round = 1; round <= 3; round += 1) {
      for (let id = 0; id < 30_000; id += 1) rows.push(use(`id-${id}`, round, 'u'.repeat(40)));
    }
    await store(rows);
    const [counted] = await db.sql<{ rows: string; last: string }>(
      'select count(*) as rows, count(*) filter (where seconds = 3) as last from instrument_uses',
    );
    expect(counted).toEqual({ rows: '30000', last: '30000' });
  });

  test('are invisible before the commit and absent after a rollback', async () => {
    const writer = await open();
    await writer.write(encodedRows([use('a', 1)]));
    expect(await stored()).toEqual([]);
    await writer.rollback();
    expect(await stored()).toEqual([]);
  });

  test('of another environment with the same key do not change', async () => {
    const other = await db.admin.createEnvironment({
      organization: 'acme',
      name: `e${randomUUID()}`,
    });
    await store([use('a', 1)], other.environmentId);
    await store([use('a', 2)]);
    expect(await db.sql('select seconds from instrument_uses order by seconds')).toEqual([
      { seconds: '1' },
      { seconds: '2' },
    ]);
  });

  test('of concurrent batches in different orders are all stored without deadlock', async () => {
    const ids = Array.from({ length: 500 }, (_, index) => `id-${index}`);
    const orders = [ids, ids.toReversed(), ids.toSorted(), ids.toSorted().toReversed()];
    await Promise.all(orders.map((order, batch) => store(order.map((id) => use(id, batch)))));
    const rows = await stored();
    expect(rows).toHaveLength(500);
    // The records of one batch replace all others.
    expect(new Set(rows.map(([, seconds]) => seconds)).size).toBe(1);
  });
});

import { randomUUID } from 'node:crypto';
import { catalogue, factsTarget } from '@hourglass/query';
import { eventually, migrationsFolder, testAudit as audit } from '@hourglass/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../src/index.ts';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';
import { api, encodedFact, encodedRows } from './encoded-facts.ts';

const cycles = 10;
const factsPerCycle = 1_000;
const terms = { minFacts: 1, maxAgeMs: 0, maxFacts: 1_000_000 };

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

/** Ingests facts of as many days and seals all of them. */
async function ingestAndSeal(): Promise<void> {
  const { facts, segments } = db.database;
  const owner = { environmentId: db.tenant.environmentId, dataset: 'api' };
  const opened = await facts(audit).openBatch({
    environmentId: owner.environmentId,
    target: factsTarget(api),
    id: randomUUID(),
  });
  if (!('writer' in opened)) throw new Error('the batch was accepted before');
  const rows = Array.from({ length: factsPerCycle }, (_, day) =>
    encodedFact(new Date(Date.UTC(1970, 0, 1 + day)).toISOString(), { request_uri: 'x'.repeat(500) }),
  );
  await opened.writer.write(encodedRows(rows));
  await opened.writer.commit({ accepted: rows.length, bodySha256: '' });
  const hot = await segments.oldestHotFacts(owner, terms);
  if (hot === null) throw new Error('no hot facts');
  const file = { path: '', bytes: 10, sha256: 'ab', facts: rows.length, firstMs: 0, lastMs: 1, columns: [] };
  const { id } = await segments.register(owner, file);
  expect(await segments.seal(hot, id)).toBe(true);
}

async function hotTableBytes(): Promise<number> {
  const [row] = await db.sql<{ bytes: number }>(
    `select pg_total_relation_size('hot_api_facts')::float8 as bytes`,
  );
  return row?.bytes ?? -1;
}

/**
 * Stands for autovacuum, but keeps the empty end of the table: its reuse is what counts here. An
 * ANALYZE by autovacuum holds a snapshot, and a vacuum beside it leaves the rows that it may see.
 */
async function vacuumUntilClean(): Promise<void> {
  await eventually('no dead rows after a vacuum', async () => {
    await db.sql('vacuum (truncate false) hot_api_facts');
    const [row] = await db.sql<{ deadRows: number }>(
      `select n_dead_tup::int as "deadRows" from pg_stat_all_tables where relname = 'hot_api_facts'`,
    );
    return row?.deadRows === 0 ? true : null;
  });
}

test(`the space of sealed facts is reused: ${cycles} cycles of ingesting and sealing need that of one`, async () => {
  await ingestAndSeal();
  const afterFirst = await hotTableBytes();
  for (let cycle = 1; cycle < cycles; cycle += 1) {
    await vacuumUntilClean();
    await ingestAndSeal();
  }
  const afterLast = await hotTableBytes();
  expect(afterLast).toBeLessThan(1.5 * afterFirst);
  // The end of the table is cut only while nothing else has a lock on it.
  await eventually('the empty end of the table is cut', async () => {
    await db.sql('vacuum hot_api_facts');
    return (await hotTableBytes()) < 0.1 * afterFirst + 200_000 ? true : null;
  });
});

test('every hot table is vacuumed after a fixed number of deleted facts, also that of an added dataset', async () => {
  const added = { ...api, name: 'added', hotTable: 'hot_added_facts' };
  await migrate({
    url: db.url,
    folder: migrationsFolder,
    log: () => {},
    catalogue: new Map([...catalogue, ['added', added]]),
  });
  const tables = await db.sql<{ name: string; options: string[] }>(
    `select relname as name, reloptions as options from pg_class where relname like 'hot\\_%' and relkind = 'r' order by 1`,
  );
  const options = [
    'autovacuum_vacuum_threshold=50000',
    'autovacuum_vacuum_scale_factor=0',
    'autovacuum_vacuum_insert_threshold=-1',
    'autovacuum_vacuum_cost_delay=0',
  ];
  expect(tables).toEqual(
    ['hot_added_facts', 'hot_api_facts', 'hot_mint_facts'].map((name) => ({ name, options })),
  );
});

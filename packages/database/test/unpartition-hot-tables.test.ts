import { createTestDatabase, eventually, migrationsFolder, type TestDatabase } from '@hourglass/testing';
import type { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../src/index.ts';
import { withClient } from './empty-database.ts';

/** About ten for each of the 25 partitions that one transaction moves or drops. */
const maxLocks = 400;

let database: TestDatabase;
let log: string[];
beforeEach(async () => {
  log = [];
  database = await createTestDatabase();
});
afterEach(() => database.drop());

function sql<Row extends object>(statement: string): Promise<Row[]> {
  return withClient(database.url, async (client) => (await client.query(statement)).rows as Row[]);
}

const migrated = () =>
  migrate({ url: database.url, folder: migrationsFolder, log: (message) => log.push(message) });

/** Adds a partition and a fact for each day, as earlier versions did. */
async function addDays(table: string, days: number): Promise<void> {
  await sql(`
    do $$ begin for day in 0..${days - 1} loop
      execute format('create table %I partition of ${table} for values from (%L) to (%L)',
        '${table}_p' || to_char(date '2024-01-01' + day, 'YYYYMMDD'),
        date '2024-01-01' + day, date '2024-01-02' + day);
    end loop; end $$`);
  await sql(`
    insert into ${table} (environment_id, batch_seq, "timestamp", apiproxy)
    select 1, day, timestamptz '2024-01-01Z' + day * interval '1 day', 'p' || day from generate_series(0, ${days - 1}) day`);
}

async function partitionApiFacts(days: number): Promise<void> {
  await sql(`
    alter table hot_api_facts rename to hot_api_columns;
    create table hot_api_facts (like hot_api_columns) partition by range ("timestamp");
    drop table hot_api_columns cascade;
    create index on hot_api_facts (environment_id, "timestamp")`);
  await addDays('hot_api_facts', days);
}

/** Returns the facts of `table` in a form that does not depend on the order of columns. */
const contentOf = async (table: string) =>
  (await sql<{ fact: string }>(`select to_jsonb(f)::text as fact from ${table} f order by 1`)).map(
    ({ fact }) => fact,
  );

const relationsLike = (pattern: string) =>
  sql(
    `select relname as name, relkind as kind from pg_class
      where relnamespace = 'public'::regnamespace and relname like '${pattern}' order by relname`,
  );

const plainTable = (name: string) => [
  { name, kind: 'r' },
  { name: `${name}_environment_id_timestamp_idx`, kind: 'i' },
  { name: `${name}_in_scope`, kind: 'v' },
];

describe('a hot table with a partition for each day', () => {
  test('keeps every fact, in one table with the same index', async () => {
    await partitionApiFacts(5);
    // An operator may have created a partition with another order of columns.
    await sql(`
      alter table hot_api_facts detach partition hot_api_facts_p20240101;
      alter table hot_api_facts_p20240101 drop column apiproxy;
      alter table hot_api_facts_p20240101 add column apiproxy text;
      update hot_api_facts_p20240101 set apiproxy = 'other';
      alter table hot_api_facts attach partition hot_api_facts_p20240101
        for values from ('2024-01-01') to ('2024-01-02')`);
    const before = await contentOf('hot_api_facts');
    expect(before).toHaveLength(5);
    await migrated();
    expect(await contentOf('hot_api_facts')).toEqual(before);
    expect(await relationsLike('hot_api%')).toEqual(plainTable('hot_api_facts'));
    expect(log).toEqual([
      'moved 5 facts of table hot_api_facts out of its 5 partitions',
      'changed grants and policies of 2 tables, views and sequences',
    ]);
    await migrated();
    expect(log).toHaveLength(2);
  });

  test('of hundreds of days is moved in small transactions, and reports meanwhile see every fact once', async () => {
    // The catalogue no longer has its dataset.
    await sql(`
      create table hot_past_facts (
        environment_id integer not null, batch_seq bigint not null, "timestamp" timestamptz(3) not null, apiproxy text
      ) partition by range ("timestamp");
      create index on hot_past_facts (environment_id, "timestamp")`);
    await addDays('hot_past_facts', 250);
    const before = await contentOf('hot_past_facts');
    const migration = migrated();
    const { mostLocks, counts } = await withClient(database.url, (client) => watch(client, migration));
    await migration;
    expect(mostLocks).toBeGreaterThan(0);
    expect(mostLocks).toBeLessThanOrEqual(maxLocks);
    expect(counts).toEqual(new Set([250]));
    expect(await contentOf('hot_past_facts')).toEqual(before);
    expect(await relationsLike('hot_past%')).toEqual(plainTable('hot_past_facts'));
  });

  test('keeps every fact when a migration was interrupted before or after the tables were swapped', async () => {
    await partitionApiFacts(5);
    const before = await contentOf('hot_api_facts');
    // Before: some facts are copied. After: some partitions are not dropped yet.
    await sql(`
      create table hot_api_facts_unpartitioned (like hot_api_facts);
      insert into hot_api_facts_unpartitioned select * from hot_api_facts_p20240102;
      create table hot_mint_facts_by_day (like hot_mint_facts) partition by range ("timestamp");
      create table hot_mint_facts_p20240101 partition of hot_mint_facts_by_day
        for values from ('2024-01-01') to ('2024-01-02')`);
    await migrated();
    expect(await contentOf('hot_api_facts')).toEqual(before);
    expect(await relationsLike('hot_api%')).toEqual(plainTable('hot_api_facts'));
    expect(await relationsLike('hot_mint%')).toEqual(plainTable('hot_mint_facts'));
  });

  test('has open batches end before it is moved; their facts are moved too', async () => {
    await partitionApiFacts(5);
    await withClient(database.url, async (batch) => {
      await batch.query('begin');
      await batch.query(
        `insert into hot_api_facts (environment_id, batch_seq, "timestamp") values (1, 0, '2024-01-02Z')`,
      );
      const migration = migrated();
      await expect
        .poll(() =>
          sql("select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"),
        )
        .toHaveLength(1);
      await batch.query('commit');
      await migration;
    });
    expect(await contentOf('hot_api_facts')).toHaveLength(6);
  });
});

/**
 * Samples, until `migration` ends, the most locks that one of its transactions held and the numbers
 * of facts that a reader saw.
 */
async function watch(
  client: Client,
  migration: Promise<void>,
): Promise<{ readonly mostLocks: number; readonly counts: ReadonlySet<number> }> {
  let hasEnded = false;
  let mostLocks = 0;
  const counts = new Set<number>();
  const end = () => (hasEnded = true);
  void migration.then(end, end);
  await eventually(
    'the end of the migration',
    async () => {
      const { rows } = await client.query<{ locks: number; facts: number }>(
        `select (select count(*)::integer from hot_past_facts) as facts,
              (select coalesce(max(held), 0)::integer
                 from (select count(*) as held
                         from pg_locks join pg_stat_activity activity using (pid)
                        where datname = current_database() and application_name = 'hourglass'
                        group by pid) transactions) as locks`,
      );
      mostLocks = Math.max(mostLocks, rows[0]?.locks ?? 0);
      counts.add(rows[0]?.facts ?? 0);
      return hasEnded ? true : null;
    },
    { steady: true },
  );
  return { mostLocks, counts };
}

import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { catalogue, storedColumns } from '@hourglass/query';
import { ServiceUnavailable } from '@hourglass/reports';
import {
  createTestDatabase,
  eventually,
  migrationsFolder,
  temporaryFolder,
  type TemporaryFolder,
  type TestDatabase,
} from '@hourglass/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate, MigrationRefused } from '../src/index.ts';
import { createEmptyDatabase, withClient } from './empty-database.ts';
import { prismaCommand } from './prisma-command.ts';

interface HistoryRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly applied_steps_count: number;
  readonly finished: boolean;
}

function history(url: string): Promise<HistoryRow[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<HistoryRow>(
      `select migration_name, checksum, applied_steps_count, finished_at >= started_at as finished
         from _prisma_migrations order by migration_name`,
    );
    return rows;
  });
}

describe('migrations', () => {
  let database: TestDatabase;
  let folder: TemporaryFolder;
  const log: string[] = [];

  beforeEach(async () => {
    log.length = 0;
    [database, folder] = await Promise.all([createEmptyDatabase(), temporaryFolder()]);
  });
  afterEach(async () => {
    await Promise.all([database.drop(), folder.remove()]);
  });

  async function addMigration(name: string, sql: string): Promise<void> {
    await mkdir(path.join(folder.path, name), { recursive: true });
    await writeFile(path.join(folder.path, name, 'migration.sql'), sql);
  }

  function run(): Promise<void> {
    return migrate({ url: database.url, folder: folder.path, log: (message) => log.push(message) });
  }

  test("are applied once, in name order, and recorded with their file's checksum", async () => {
    const second = "alter table first add column note text default 'a;b'; -- two statements\nselect 1;";
    await addMigration('20260102000000_second', second);
    await addMigration('20260101000000_first', 'create table first (id integer)');
    await run();
    await run();
    // Another test may create users that the log warns of.
    expect(log.filter((message) => message.startsWith('applied'))).toEqual([
      'applied migration 20260101000000_first',
      'applied migration 20260102000000_second',
    ]);
    expect(await history(database.url)).toEqual([
      expect.objectContaining({ migration_name: '20260101000000_first' }),
      {
        migration_name: '20260102000000_second',
        checksum: createHash('sha256').update(second).digest('hex'),
        applied_steps_count: 1,
        finished: true,
      },
    ]);
  });

  test('of a later version are applied to a database with the earlier ones', async () => {
    await addMigration('1_first', 'create table first (id integer)');
    await run();
    await addMigration('2_second', 'create table second (id integer)');
    await run();
    expect((await history(database.url)).map((row) => row.migration_name)).toEqual(['1_first', '2_second']);
  });

  test('are applied once by concurrent processes', async () => {
    await addMigration('1_first', 'create table first (id integer)');
    await Promise.all(Array.from({ length: 5 }, run));
    expect(log.filter((message) => message.startsWith('applied'))).toHaveLength(1);
    expect(await history(database.url)).toHaveLength(1);
  });

  test('leave nothing of a failed one; those before it stay applied', async () => {
    await addMigration('1_good', 'create table good (id integer)');
    await addMigration('2_bad', 'create table half (id integer); select no_such_column');
    await expect(run()).rejects.toThrow('the migration "2_bad" failed');
    expect((await history(database.url)).map((row) => row.migration_name)).toEqual(['1_good']);
    await withClient(database.url, async (client) => {
      const { rows } = await client.query("select to_regclass('good') as good, to_regclass('half') as half");
      expect(rows).toEqual([{ good: 'good', half: null }]);
    });
  });

  test('that create an index concurrently let writes continue, also while another process waits for them', async () => {
    await addMigration('20260101000000_table', 'create table numbers (n integer)');
    await run();
    await addMigration('20260102000000_index', 'create index concurrently numbers_idx on numbers (n);\n');
    const isBuilding = () =>
      withClient(database.url, async (client) => {
        const { rowCount } = await client.query('select from pg_stat_progress_create_index');
        return rowCount === 1 ? true : null;
      });
    await withClient(database.url, async (client) => {
      await client.query('begin; insert into numbers values (1)');
      const runs = [run(), run()];
      await eventually('the index waits for the transaction', isBuilding);
      await withClient(database.url, (other) => other.query('insert into numbers values (2)'));
      await eventually('the other process waits', () =>
        log.some((line) => line.startsWith('waiting')) ? true : null,
      );
      await client.query('commit');
      await Promise.all(runs);
    });
    expect(await history(database.url)).toHaveLength(2);
  });

  test('that create an index concurrently run again from their beginning after a failure', async () => {
    await addMigration(
      '20260101000000_table',
      'create table numbers (n integer); insert into numbers values (1), (1)',
    );
    await addMigration(
      '20260102000000_index',
      'drop index concurrently if exists numbers_idx;\ncreate unique index concurrently numbers_idx on numbers (n);\n',
    );
    await expect(run()).rejects.toThrow('the migration "20260102000000_index" failed');
    await withClient(database.url, (client) => client.query('delete from numbers'));
    await run();
    await withClient(database.url, async (client) => {
      const { rows } = await client.query(
        `select indisvalid from pg_index where indexrelid = 'numbers_idx'::regclass`,
      );
      expect(rows).toEqual([{ indisvalid: true }]);
    });
  });

  test('are refused when one changed after it was applied', async () => {
    await addMigration('1_first', 'create table first (id integer)');
    await run();
    await addMigration('1_first', 'create table first (id bigint)');
    await expect(run()).rejects.toThrow(MigrationRefused);
    await expect(run()).rejects.toThrow('"1_first" was changed after it was applied');
  });

  test('are refused when the database has an unknown one', async () => {
    await addMigration('1_first', 'select 1');
    await run();
    await withClient(database.url, (client) =>
      client.query("update _prisma_migrations set migration_name = '9_newer'"),
    );
    await expect(run()).rejects.toThrow(MigrationRefused);
    await expect(run()).rejects.toThrow('"9_newer", which this version does not know');
  });

  test('are refused while a failed one is recorded, and continue once it is resolved as rolled back', async () => {
    await addMigration('1_first', 'create table first (id integer)');
    await run();
    await withClient(database.url, (client) =>
      client.query('drop table first; update _prisma_migrations set finished_at = null'),
    );
    await expect(run()).rejects.toThrow('"1_first" is recorded as failed');
    await withClient(database.url, (client) =>
      client.query('update _prisma_migrations set rolled_back_at = now()'),
    );
    await run();
    await withClient(database.url, (client) => client.query('select id from first'));
  });

  test('throw ServiceUnavailable when the database is unreachable', async () => {
    const unreachable = { url: 'postgres://127.0.0.1:1/none', folder: folder.path, log: () => {} };
    await expect(migrate(unreachable)).rejects.toThrow(ServiceUnavailable);
  });
});

describe('the schema of this version', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  test('is up to date for the stock Prisma command line', async () => {
    expect(await prismaCommand(database.url, 'migrate', 'status')).toContain(
      'Database schema is up to date!',
    );
  });

  test('equals that of the stock Prisma command line on an empty database, which migrate() accepts', async () => {
    const empty = await createEmptyDatabase();
    const deployed = await prismaCommand(empty.url, 'migrate', 'deploy');
    expect(deployed).toContain('All migrations have been successfully applied.');
    const log: string[] = [];
    await migrate({ url: empty.url, folder: migrationsFolder, log: (message) => log.push(message) });
    expect(log.filter((line) => line.startsWith('applied'))).toEqual([]);
    expect(await history(empty.url)).toEqual(await history(database.url));
    await empty.drop();
  });

  test('has no drift from schema.prisma except for columns that are dropped for this test', async () => {
    const diff = [
      'migrate',
      'diff',
      '--from-config-datasource',
      '--to-schema',
      'prisma/schema.prisma',
      '--script',
    ];
    // Finding these proves that the comparison detects drift.
    const changed = await createTestDatabase();
    await withClient(changed.url, (client) =>
      client.query(
        'alter table batches drop column accepted; alter table hot_api_facts drop column apiproxy cascade',
      ),
    );
    const drift = await prismaCommand(changed.url, ...diff);
    expect(drift.match(/^.*;$/gm)).toEqual([
      'ALTER TABLE "batches" ADD COLUMN     "accepted" BIGINT NOT NULL;',
      'ALTER TABLE "hot_api_facts" ADD COLUMN     "apiproxy" TEXT;',
    ]);
    await changed.drop();
  });

  const datasets = [...catalogue.values()];

  test.each(datasets.filter(({ records }) => records.length === 0))(
    'stores $name in exactly the columns of the catalogue',
    async (dataset) => {
      // The order differs: a column that a later version added is the last one.
      expect(byName(await columnsOf(dataset.hotTable))).toEqual(
        byName([
          { name: 'environment_id', type: 'integer', required: true },
          { name: 'batch_seq', type: 'bigint', required: true },
          { name: 'timestamp', type: 'timestamp(3) with time zone', required: true },
          ...storedColumns(dataset).map(({ name, type }) => ({
            name,
            type: sqlTypes[type],
            required: false,
          })),
          { name: 'custom_fields', type: 'jsonb', required: false },
        ]),
      );
    },
  );

  test.each(datasets.flatMap(({ records }) => records))(
    'stores $name in exactly the columns of the catalogue, under their key',
    async ({ table, columns, key }) => {
      expect(await columnsOf(table)).toEqual([
        { name: 'environment_id', type: 'integer', required: true },
        { name: 'batch_seq', type: 'bigint', required: true },
        ...columns.map(({ name, type, required }) => ({ name, type: recordTypes[type], required })),
      ]);
      const [primary] = await withClient(database.url, async (client) => {
        const { rows } = await client.query<{ definition: string }>(
          `select pg_get_constraintdef(oid) as definition from pg_constraint
            where conrelid = $1::regclass and contype = 'p'`,
          [table],
        );
        return rows;
      });
      expect(primary?.definition).toBe(`PRIMARY KEY (${['environment_id', ...key].join(', ')})`);
    },
  );

  test.each(datasets.filter(({ records }) => records.length > 0))(
    'has a view of the records of $name with exactly the columns of the catalogue',
    async (dataset) => {
      expect(await columnsOf(dataset.hotTable)).toEqual(
        [
          { name: 'environment_id', type: 'integer' },
          { name: 'batch_seq', type: 'bigint' },
          { name: 'timestamp', type: recordTypes.timestamp },
          ...storedColumns(dataset).map(({ name, type }) => ({ name, type: recordTypes[type] })),
        ].map((column) => ({ ...column, required: false })),
      );
    },
  );

  const sqlTypes = {
    text: 'text',
    integer: 'bigint',
    decimal: 'numeric(24,6)',
    float: 'double precision',
    boolean: 'boolean',
    timestamp: 'timestamp(3) with time zone',
  };
  const recordTypes = { ...sqlTypes, timestamp: 'timestamp(6) with time zone' };

  const byName = <T extends { name: string }>(columns: readonly T[]) =>
    columns.toSorted((a, b) => (a.name < b.name ? -1 : 1));

  const columnsOf = (relation: string) =>
    withClient(database.url, async (client) => {
      const { rows } = await client.query<{ name: string; type: string; required: boolean }>(
        `select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required
           from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum`,
        [relation],
      );
      return rows;
    });
});

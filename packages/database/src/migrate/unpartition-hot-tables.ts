import { escapeIdentifier, type Client } from 'pg';
import { hotTableIndex, hotTableStorage } from './hot-tables.ts';

/**
 * Keeps a transaction far below the server's lock limit: dropping a partition takes about ten
 * locks.
 */
const partitionsPerTransaction = 25;
/** The partitioned table from when its facts are moved until its last partition is dropped. */
const replacedSuffix = '_by_day';
/** The table that takes its place, until it has all facts. */
const newSuffix = '_unpartitioned';

export interface UnpartitionOptions {
  /** Opens a connection, which the function closes. */
  readonly connect: () => Promise<Client>;
  readonly log: (message: string) => void;
}

/**
 * Moves the facts of hot tables into tables without partitions. Earlier versions partitioned them
 * by UTC day, and no other table. Each fact stays visible in exactly one place: until all of them
 * are copied, batches and sealing wait and reports read the partitions. Begins again after an
 * interruption.
 */
export async function unpartitionHotTables(client: Client, options: UnpartitionOptions): Promise<void> {
  for (const table of await partitionedTables(client)) {
    if (!table.endsWith(replacedSuffix)) await replaceTable(client, table, options);
  }
  for (const table of await partitionedTables(client)) await dropInSteps(client, table);
}

/** Recognizes hot tables by their columns, because the catalogue may no longer have their dataset. */
async function partitionedTables(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name
       from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where relkind = 'p' and nspname = current_schema()
        and (select count(*) from pg_attribute
              where attrelid = pg_class.oid and attname in ('environment_id', 'batch_seq', 'timestamp')) = 3
      order by relname`,
  );
  return rows.map(({ name }) => name);
}

async function partitionsOf(client: Client, table: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1',
    [escapeIdentifier(table)],
  );
  return rows.map(({ name }) => name);
}

async function replaceTable(
  client: Client,
  table: string,
  { connect, log }: UnpartitionOptions,
): Promise<void> {
  const filled = `${table}${newSuffix}`;
  await client.query(`drop table if exists ${escapeIdentifier(filled)}`);
  await client.query(
    `create table ${escapeIdentifier(filled)} (like ${escapeIdentifier(table)}) ${hotTableStorage}`,
  );
  // The lock needs a transaction that lasts over those of the steps.
  const locker = await connect();
  try {
    await locker.query('begin');
    await locker.query(`lock table only ${escapeIdentifier(table)} in share mode`);
    const partitions = await partitionsOf(client, table);
    const facts = await copyPartitions(client, { table, filled, partitions });
    await swapTables(locker, table, filled);
    await locker.query('commit');
    if (partitions.length > 0)
      log(`moved ${facts} facts of table ${table} out of its ${partitions.length} partitions`);
  } finally {
    await locker.end();
  }
}

async function copyPartitions(
  client: Client,
  {
    table,
    filled,
    partitions,
  }: { readonly table: string; readonly filled: string; readonly partitions: readonly string[] },
): Promise<number> {
  const columns = await columnList(client, table);
  let facts = 0;
  for (const some of inSteps(partitions)) {
    // Several statements in one query are one transaction.
    const copies = some.map(
      (partition) =>
        `insert into ${escapeIdentifier(filled)} (${columns}) select ${columns} from ${partition}`,
    );
    const results = [await client.query(copies.join(';'))].flat();
    for (const { rowCount } of results) facts += rowCount ?? 0;
  }
  return facts;
}

/** The order of columns may differ between a table and its partitions. */
async function columnList(client: Client, table: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [escapeIdentifier(table)],
  );
  return rows.map(({ name }) => escapeIdentifier(name)).join(', ');
}

async function swapTables(client: Client, table: string, filled: string): Promise<void> {
  const [current, replaced] = [table, `${table}${replacedSuffix}`].map(escapeIdentifier);
  const { rows: indexes } = await client.query<{ name: string }>(
    `select relname as name from pg_index join pg_class on pg_class.oid = indexrelid where indrelid = $1::regclass`,
    [current],
  );
  // The new index gets the name of the former one.
  for (const { name } of indexes)
    await client.query(
      `alter index ${escapeIdentifier(name)} rename to ${escapeIdentifier(`${name}${replacedSuffix}`)}`,
    );
  await client.query(`alter table ${current} rename to ${replaced}`);
  await client.query(`alter table ${escapeIdentifier(filled)} rename to ${current}`);
  await client.query(hotTableIndex(table));
}

async function dropInSteps(client: Client, table: string): Promise<void> {
  for (const some of inSteps(await partitionsOf(client, table)))
    await client.query(`drop table ${some.join(', ')}`);
  await client.query(`drop table ${escapeIdentifier(table)}`);
}

function inSteps(partitions: readonly string[]): readonly (readonly string[])[] {
  const steps = Math.ceil(partitions.length / partitionsPerTransaction);
  return Array.from({ length: steps }, (_, step) =>
    partitions.slice(step * partitionsPerTransaction, (step + 1) * partitionsPerTransaction),
  );
}

import { escapeIdentifier, escapeLiteral, type ClientBase, type Pool } from 'pg';
import { inTransaction } from '../connection/transaction.ts';
import { dayPartition, type DayPartition } from './hot-table.ts';

/**
 * Keeps a transaction far below the server's lock limit; a new partition takes about five locks.
 */
const partitionsPerTransaction = 25;

/**
 * Creates the missing partitions of `days` on a connection of `pool`, which commits immediately:
 * the lock on the hot table is held for milliseconds instead of the duration of a batch. The lock
 * of ATTACH PARTITION conflicts with neither COPY nor reads, so batches continue.
 *
 * `client` belongs to the batch and only looks partitions up. Nothing is cached between calls,
 * because another process may drop a partition at any time and a lookup takes less than a
 * millisecond per chunk.
 */
export async function ensureDayPartitions(
  client: ClientBase,
  pool: Pool,
  hotTable: string,
  days: Iterable<number>,
): Promise<void> {
  const wanted = [...days].map((day) => dayPartition(hotTable, day));
  const missing = await missingPartitions(client, hotTable, wanted);
  for (let first = 0; first < missing.length; first += partitionsPerTransaction) {
    const some = missing.slice(first, first + partitionsPerTransaction);
    await inTransaction(pool, (other) => createPartitions(other, hotTable, some));
  }
}

async function missingPartitions(
  client: ClientBase,
  hotTable: string,
  wanted: readonly DayPartition[],
): Promise<readonly DayPartition[]> {
  const { rows } = await client.query<{ table: string }>({
    name: 'present-partitions',
    text: `
      select relname as table
        from pg_inherits join pg_class on pg_class.oid = inhrelid
       where inhparent = $1::regclass and relname = any($2)`,
    values: [escapeIdentifier(hotTable), wanted.map((partition) => partition.table)],
  });
  const present = new Set(rows.map((row) => row.table));
  return wanted.filter((partition) => !present.has(partition.table));
}

async function createPartitions(
  client: ClientBase,
  hotTable: string,
  missing: readonly DayPartition[],
): Promise<void> {
  // Serializes batches that need the same day; the second one finds the partition.
  await client.query('select pg_advisory_xact_lock(hashtext($1))', [`hourglass.partitions.${hotTable}`]);
  const parent = escapeIdentifier(hotTable);
  for (const { table, start, endExclusive } of await missingPartitions(client, hotTable, missing)) {
    const child = escapeIdentifier(table);
    // Created separately and then attached: `create table … partition of` would block every COPY
    // and every read.
    await client.query(`create table ${child} (like ${parent} including all)`);
    // DDL accepts no parameters. The bounds are dates formatted by this module.
    await client.query(
      `alter table ${parent} attach partition ${child}
         for values from (${utcMidnight(start)}) to (${utcMidnight(endExclusive)})`,
    );
  }
}

function utcMidnight(date: string): string {
  return escapeLiteral(`${date} 00:00:00+00`);
}

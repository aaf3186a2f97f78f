import { escapeIdentifier, escapeLiteral, type ClientBase, type Pool } from 'pg';
import { inTransaction } from '../connection/transaction.ts';
import { dayPartition, type DayPartition } from './hot-table.ts';

/** Keeps a transaction far from the server's limit of locks; a new partition takes about five. */
const partitionsPerTransaction = 25;

/**
 * Makes the partitions of `days` that are missing. They are made on a connection of `pool` and committed at once,
 * so that the lock on the hot table is held for milliseconds and not as long as a batch is open. The lock of
 * ATTACH PARTITION does not conflict with a COPY or a read, so batches go on meanwhile.
 *
 * `client` is the batch's: it only looks. Nothing is remembered between calls, because another program may drop
 * a partition at any time and the look costs less than a millisecond per chunk.
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
    await inTransaction(pool, (other) => makePartitions(other, hotTable, some));
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

async function makePartitions(
  client: ClientBase,
  hotTable: string,
  missing: readonly DayPartition[],
): Promise<void> {
  // Two batches that miss the same day take turns here; the second one finds it made.
  await client.query('select pg_advisory_xact_lock(hashtext($1))', [`hourglass.partitions.${hotTable}`]);
  const parent = escapeIdentifier(hotTable);
  for (const { table, start, endExclusive } of await missingPartitions(client, hotTable, missing)) {
    const child = escapeIdentifier(table);
    // Made apart and then attached: `create table … partition of` would lock out every COPY and every read.
    await client.query(`create table ${child} (like ${parent} including all)`);
    // Bounds are parameters nowhere in DDL; these are dates this program has written itself.
    await client.query(
      `alter table ${parent} attach partition ${child}
         for values from (${utcMidnight(start)}) to (${utcMidnight(endExclusive)})`,
    );
  }
}

function utcMidnight(date: string): string {
  return escapeLiteral(`${date} 00:00:00+00`);
}

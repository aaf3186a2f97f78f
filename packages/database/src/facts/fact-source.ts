import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { compileHotFactsCopy, type Catalogue, type Plan } from '@hourglass/query';
import type { FactFiles, FactSource } from '@hourglass/reports';
import type { ClientBase, Pool } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { inTransaction } from '../connection.ts';
import { servedByDatabase } from '../database-errors.ts';
import { exchangeRateCopy } from '../exchange-rates/exchange-rate-copy.ts';

interface SnapshotTarget {
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** How soon the server notices that nobody waits for a COPY any more, also while it finds no row to send. */
const settingsOfEverySnapshot = { client_connection_check_interval: '2s' };

/** A snapshot holds one connection of `pool` while it copies. */
export function createFactSource(pool: Pool, catalogue: Catalogue): FactSource {
  return {
    snapshot: (plan, target) => servedByDatabase(() => snapshot(pool, catalogue, plan, target)),
  };
}

async function snapshot(
  pool: Pool,
  catalogue: Catalogue,
  plan: Plan,
  { directory, signal }: SnapshotTarget,
): Promise<FactFiles> {
  signal.throwIfAborted();
  const hotFactsPath = path.join(directory, 'hot-facts.csv');
  const copy = compileHotFactsCopy(plan, catalogue);
  return inTransaction(
    pool,
    async (client) => {
      const watermark = await newestBatch(client, plan, catalogue);
      await applySettings(client, { ...settingsOfEverySnapshot, ...copy.settings });
      const hotRows = await copyToFile(client, copy.sql, hotFactsPath, signal);
      const rates = exchangeRateCopy(plan);
      if (rates === null) return { hotFactsPath, hotRows, watermark };
      const exchangeRatesPath = path.join(directory, 'exchange-rates.csv');
      await applySettings(client, rates.settings);
      await copyToFile(client, rates.sql, exchangeRatesPath, signal);
      return { hotFactsPath, hotRows, watermark, exchangeRatesPath };
    },
    { begin: 'begin isolation level repeatable read read only', signal },
  );
}

/** The first statement: the snapshot that the COPY reads is the one that saw this batch. */
async function newestBatch(client: ClientBase, plan: Plan, catalogue: Catalogue): Promise<bigint | null> {
  const records = catalogue.get(plan.dataset)?.records ?? [];
  const { rows } = await client.query<{ seq: string | null }>(
    'select max(seq) as seq from batches where environment_id = $1 and dataset = any($2)',
    [plan.tenant.environmentId, [plan.dataset, ...records.map(({ name }) => name)]],
  );
  const seq = rows[0]?.seq ?? null;
  return seq === null ? null : BigInt(seq);
}

async function applySettings(client: ClientBase, settings: Readonly<Record<string, string>>): Promise<void> {
  await client.query(
    'select set_config(name, value, true) from unnest($1::text[], $2::text[]) as setting (name, value)',
    [Object.keys(settings), Object.values(settings)],
  );
}

/** Answers the number of rows. Throws the signal's reason when it is aborted; the caller closes the connection. */
async function copyToFile(
  client: ClientBase,
  sql: string,
  file: string,
  signal: AbortSignal,
): Promise<number> {
  const copied = client.query(copyTo(sql));
  // Closing the connection of an aborted COPY reports to the stream once more, when nobody listens any longer.
  copied.on('error', () => {});
  try {
    await pipeline(copied, createWriteStream(file), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  // The stream ends before the server has told the number; it has when it answers the next statement.
  await client.query('select');
  return copied.rowCount;
}

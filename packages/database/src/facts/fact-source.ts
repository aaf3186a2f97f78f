import path from 'node:path';
import { compileHotFactsCopy, readRanges, type BoundPlan } from '@hourglass/query';
import type { FactSnapshot, FactSource, SnapshotTarget } from '@hourglass/reports';
import type { ClientBase } from 'pg';
import type { Scoped, ScopedPool } from '../connection/scoped-pool.ts';
import { inTransaction } from '../connection/transaction.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { exchangeRateCopy } from './exchange-rate-copy.ts';
import { expiredBefore, keptFacts } from './segments/retention.ts';
import { readSegments } from './segments/segment-rows.ts';
import { setLocalSettings, copyToFile } from './copy-to-file.ts';

/** The maximum of PostgreSQL's `statement_timeout`. */
const maxTimeoutMs = 2 ** 31 - 1;

/**
 * Lets the server notice within 2 s that the client of a COPY is gone, even while it sends no rows.
 */
const snapshotSettings = { client_connection_check_interval: '2s' };

/** Each snapshot holds one connection of `pool` while it copies. */
export function createFactSource(
  pool: ScopedPool,
  options: { readonly retentionDays: number | null },
): FactSource {
  return {
    snapshot: (boundPlan, target) =>
      servedByDatabase(() => {
        const { environmentId } = boundPlan.plan.tenant;
        return snapshot(pool.within({ environmentId }), boundPlan, options, target);
      }),
  };
}

async function snapshot(
  scoped: Scoped,
  boundPlan: BoundPlan,
  { retentionDays }: { readonly retentionDays: number | null },
  { directory, signal, timeoutMs }: SnapshotTarget,
): Promise<FactSnapshot> {
  signal.throwIfAborted();
  const { plan } = boundPlan;
  const hotFactsPath = path.join(directory, 'hot-facts.csv');
  return inTransaction(
    scoped,
    async (client) => {
      const { watermark, takenAt, mayHaveHotFacts, ...expired } = await beginSnapshot(
        client,
        boundPlan,
        retentionDays,
      );
      const { environmentId } = plan.tenant;
      const { expiredBeforeMs, kept } = keptFacts(boundPlan, expired.expiredBeforeMs);
      const owner = { environmentId, dataset: plan.dataset };
      const segments = await readSegments(client, owner, readRanges(kept.plan));
      const settings = { ...snapshotSettings, statement_timeout: String(Math.min(timeoutMs, maxTimeoutMs)) };
      let hotRows = 0;
      if (mayHaveHotFacts) {
        const copy = compileHotFactsCopy(kept);
        await setLocalSettings(client, { ...settings, ...copy.settings });
        hotRows = await copyToFile(client, copy.sql, hotFactsPath, signal);
      }
      const rates = exchangeRateCopy(plan);
      const snapshot = { hotFactsPath, hotRows, segments, expiredBeforeMs, watermark, takenAt };
      if (rates === null) return snapshot;
      const exchangeRatesPath = path.join(directory, 'exchange-rates.csv');
      await setLocalSettings(client, { ...settings, ...rates.settings });
      await copyToFile(client, rates.sql, exchangeRatesPath, signal);
      return { ...snapshot, exchangeRatesPath };
    },
    { begin: 'begin isolation level repeatable read read only', signal },
  );
}

interface BegunSnapshot extends Pick<FactSnapshot, 'watermark' | 'takenAt' | 'expiredBeforeMs'> {
  /** False: the dataset has no hot facts, so there is nothing to copy. */
  readonly mayHaveHotFacts: boolean;
}

interface BegunRow {
  readonly seq: string | null;
  readonly has_hot_facts: boolean;
  readonly taken_at: Date;
  readonly expired_before: Date | null;
}

/** Must be the first statement: it fixes the snapshot that the COPY reads. */
async function beginSnapshot(
  client: ClientBase,
  { plan, dataset }: BoundPlan,
  retentionDays: number | null,
): Promise<BegunSnapshot> {
  const { environmentId } = plan.tenant;
  const { rows } = await client.query<BegunRow>({
    name: 'begin-snapshot',
    text: `
      select (select max(seq) from batches where environment_id = $1 and dataset = any($2)) as seq,
             exists (select from batches where environment_id = $1 and dataset = $3 and hot) as has_hot_facts,
             statement_timestamp() as taken_at, ${expiredBefore('e', '$4')} as expired_before
        from environments e where id = $1`,
    values: [
      environmentId,
      [plan.dataset, ...dataset.records.map(({ name }) => name)],
      plan.dataset,
      retentionDays,
    ],
  });
  const row = rows[0];
  if (row === undefined) throw new Error(`environment ${environmentId} does not exist`);
  return {
    watermark: row.seq === null ? null : BigInt(row.seq),
    // Records are never sealed.
    mayHaveHotFacts: row.has_hot_facts || dataset.records.length > 0,
    takenAt: row.taken_at,
    expiredBeforeMs: row.expired_before?.getTime() ?? null,
  };
}

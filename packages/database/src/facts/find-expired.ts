import type { FactDeletions, FoundFacts } from '@hourglass/facts';
import { hotFactsView, type Catalogue, type Dataset, type TimeRange } from '@hourglass/query';
import { escapeIdentifier, type ClientBase } from 'pg';
import type { Scoped } from '../connection/scoped-pool.ts';
import { inTransaction } from '../connection/transaction.ts';
import { ownerRetention } from './segments/retention.ts';
import { dateOf, liveSegments } from './segments/segment-rows.ts';

const oneSnapshot = { begin: 'begin isolation level repeatable read read only' };

/** Earlier than every fact. */
const earliestMs = 0;

/** One snapshot, so that facts that are sealed meanwhile are not counted twice. */
export function findExpired(
  scoped: Scoped,
  {
    catalogue,
    retentionDays: defaultDays,
  }: { readonly catalogue: Catalogue; readonly retentionDays: number | null },
  environmentId: number,
  retentionDays: number | null,
): ReturnType<FactDeletions['findExpired']> {
  return inTransaction(
    scoped,
    async (client) => {
      const { expiredBeforeMs } = await ownerRetention(client, { environmentId }, defaultDays);
      const days = retentionDays ?? defaultDays;
      if (days === null) return [];
      const range = { startMs: earliestMs, endExclusiveMs: await daysAgoMs(client, days) };
      const found = [];
      for (const dataset of catalogue.values()) {
        if (dataset.records.length > 0) continue;
        const hot = await hotFactsOf(client, dataset, environmentId, range, expiredBeforeMs);
        const segments = await liveSegments(client, { environmentId, dataset: dataset.name }, { range });
        found.push({ environmentId, ...hot, segments, expiredBeforeMs, range });
      }
      return found;
    },
    oneSnapshot,
  );
}

/** The facts of a range that are not past their retention already, as one snapshot. */
export function findRange(
  scoped: Scoped,
  dataset: Dataset,
  { environmentId, retentionDays }: { readonly environmentId: number; readonly retentionDays: number | null },
  range: TimeRange,
): Promise<FoundFacts> {
  return inTransaction(
    scoped,
    async (client) => {
      const { expiredBeforeMs } = await ownerRetention(client, { environmentId }, retentionDays);
      const hot = await hotFactsOf(client, dataset, environmentId, range, expiredBeforeMs);
      const segments = await liveSegments(client, { environmentId, dataset: dataset.name }, { range });
      return { environmentId, ...hot, segments, expiredBeforeMs };
    },
    oneSnapshot,
  );
}

async function daysAgoMs(client: ClientBase, days: number): Promise<number> {
  const { rows } = await client.query<{ at: Date }>(
    `select date_trunc('milliseconds', now() - $1::integer * interval '24 hours') as at`,
    [days],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the statement returned no row');
  return row.at.getTime();
}

/** Facts before `expiredBeforeMs` are invisible already. */
async function hotFactsOf(
  client: ClientBase,
  dataset: Dataset,
  environmentId: number,
  { startMs, endExclusiveMs }: TimeRange,
  expiredBeforeMs: number | null,
): Promise<Pick<FoundFacts, 'hotFacts' | 'hotBytes'>> {
  const { rows } = await client.query<{ facts: string; bytes: string }>(
    `select count(*) as facts, coalesce(sum(pg_column_size(fact)), 0) as bytes
       from ${escapeIdentifier(hotFactsView(dataset))} fact
      where environment_id = $1 and "timestamp" >= $2 and "timestamp" < $3`,
    [environmentId, dateOf(Math.max(startMs, expiredBeforeMs ?? startMs)), dateOf(endExclusiveMs)],
  );
  return { hotFacts: Number(rows[0]?.facts), hotBytes: Number(rows[0]?.bytes) };
}

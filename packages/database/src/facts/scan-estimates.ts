import { compileHotFactsSelect, readRanges, type BoundPlan } from '@hourglass/query';
import type { ScanEstimate, ScanEstimates } from '@hourglass/reports';
import type { ClientBase } from 'pg';
import type { ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { inTransaction } from '../connection/transaction.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { earlierReport, factsPerSecond } from '../queries/past-runs.ts';
import { keptFacts, ownerRetention } from './segments/retention.ts';
import { countLiveSegments, readSegments } from './segments/segment-rows.ts';
import { setLocalSettings } from './copy-to-file.ts';

/**
 * Each estimate holds one connection of `pool`. Counting hot facts stops after `maxCountMs`. Facts
 * past their retention are not counted.
 */
export function createScanEstimates(
  pool: ScopedPool,
  options: { readonly maxCountMs: number; readonly retentionDays: number | null },
): ScanEstimates {
  return {
    estimate: (boundPlan) =>
      servedByDatabase(async () => {
        const { environmentId } = boundPlan.plan.tenant;
        // One snapshot, so that concurrently sealed facts are not counted twice.
        const found = await inTransaction(
          pool.within({ environmentId }),
          (client) => estimate(client, boundPlan, options),
          { begin: 'begin isolation level repeatable read read only' },
        );
        return { ...found, factsPerSecond: await factsPerSecond(pool.within(everyTenant)) };
      }),
  };
}

async function estimate(
  client: ClientBase,
  boundPlan: BoundPlan,
  { maxCountMs, retentionDays }: { readonly maxCountMs: number; readonly retentionDays: number | null },
): Promise<Omit<ScanEstimate, 'factsPerSecond'>> {
  const { plan } = boundPlan;
  const owner = { environmentId: plan.tenant.environmentId, dataset: plan.dataset };
  const { expiredBeforeMs } = await ownerRetention(client, owner, retentionDays);
  const { kept } = keptFacts(boundPlan, expiredBeforeMs);
  return {
    segments: await readSegments(client, owner, readRanges(kept.plan)),
    liveSegments: await countLiveSegments(client, owner),
    earlier: await earlierReport(client, plan),
    hotFacts: await hotFacts(client, kept, maxCountMs),
  };
}

/** Counts the facts that a snapshot would copy. */
async function hotFacts(
  client: ClientBase,
  boundPlan: BoundPlan,
  maxCountMs: number,
): Promise<ScanEstimate['hotFacts']> {
  const { sql, settings } = compileHotFactsSelect(boundPlan);
  await setLocalSettings(client, settings);
  const explained = await client.query<{ 'QUERY PLAN': readonly [{ Plan: PlannedScan }] }>(
    `explain (format json) ${sql}`,
  );
  const planned = explained.rows[0]?.['QUERY PLAN'][0].Plan;
  if (planned === undefined) throw new Error('EXPLAIN returned no plan');
  const counted = await countWithin(client, sql, maxCountMs);
  return {
    rows: counted ?? planned['Plan Rows'],
    exact: counted !== null,
    rowBytes: planned['Plan Width'],
  };
}

/** The members of EXPLAIN's output that are used. */
interface PlannedScan {
  readonly 'Plan Rows': number;
  readonly 'Plan Width': number;
}

const statementTimedOut = '57014';

/** Returns null when the count takes longer. The transaction continues in either case. */
async function countWithin(client: ClientBase, sql: string, timeoutMs: number): Promise<number | null> {
  await client.query('savepoint counting');
  await setLocalSettings(client, { statement_timeout: String(timeoutMs) });
  try {
    const { rows } = await client.query<{ count: string }>(`select count(*) from (${sql}) hot`);
    return Number(rows[0]?.count);
  } catch (error) {
    if ((error as { code?: unknown }).code !== statementTimedOut) throw error;
    return null;
  } finally {
    // Also resets the statement timeout.
    await client.query('rollback to savepoint counting').catch(() => undefined);
  }
}

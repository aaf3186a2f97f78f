import { compileHotFactsSelect, type BoundPlan } from '@hourglass/query';
import type { ScanEstimate, ScanEstimates } from '@hourglass/reports';
import type { ClientBase, Pool } from 'pg';
import { inTransaction } from '../connection/transaction.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { earlierReport, factsPerSecond } from '../queries/past-runs.ts';
import { countLiveSegments, liveSegments } from './segments/segment-rows.ts';
import { applySettings } from './copy-to-file.ts';

/** An estimate holds one connection of `pool`; counting hot facts is given up after `maxCountMs`. */
export function createScanEstimates(
  pool: Pool,
  { maxCountMs }: { readonly maxCountMs: number },
): ScanEstimates {
  return {
    estimate: (boundPlan) =>
      servedByDatabase(() =>
        // One snapshot, so that facts that are sealed meanwhile are not counted twice.
        inTransaction(pool, (client) => estimate(client, boundPlan, maxCountMs), {
          begin: 'begin isolation level repeatable read read only',
        }),
      ),
  };
}

async function estimate(client: ClientBase, boundPlan: BoundPlan, maxCountMs: number): Promise<ScanEstimate> {
  const { plan } = boundPlan;
  const owner = { environmentId: plan.tenant.environmentId, dataset: plan.dataset };
  return {
    segments: await liveSegments(client, owner, plan.range),
    liveSegments: await countLiveSegments(client, owner),
    factsPerSecond: await factsPerSecond(client),
    earlier: await earlierReport(client, plan),
    hotFacts: await hotFacts(client, boundPlan, maxCountMs),
  };
}

/** The facts that a snapshot would copy. */
async function hotFacts(
  client: ClientBase,
  boundPlan: BoundPlan,
  maxCountMs: number,
): Promise<ScanEstimate['hotFacts']> {
  const { sql, settings } = compileHotFactsSelect(boundPlan);
  await applySettings(client, settings);
  const explained = await client.query<{ 'QUERY PLAN': readonly [{ Plan: PlannedScan }] }>(
    `explain (format json) ${sql}`,
  );
  const planned = explained.rows[0]?.['QUERY PLAN'][0].Plan;
  if (planned === undefined) throw new Error('PostgreSQL explained nothing');
  const counted = await countWithin(client, sql, maxCountMs);
  return {
    rows: counted ?? planned['Plan Rows'],
    exact: counted !== null,
    rowBytes: planned['Plan Width'],
  };
}

/** The members of EXPLAIN's answer that are read. */
interface PlannedScan {
  readonly 'Plan Rows': number;
  readonly 'Plan Width': number;
}

const statementTimedOut = '57014';

/** Null: it would have taken longer. The transaction goes on in either case. */
async function countWithin(client: ClientBase, sql: string, timeoutMs: number): Promise<number | null> {
  await client.query('savepoint counting');
  await applySettings(client, { statement_timeout: String(timeoutMs) });
  try {
    const { rows } = await client.query<{ count: string }>(`select count(*) from (${sql}) hot`);
    return Number(rows[0]?.count);
  } catch (error) {
    if ((error as { code?: unknown }).code !== statementTimedOut) throw error;
    return null;
  } finally {
    // Also gives the time limit up.
    await client.query('rollback to savepoint counting').catch(() => undefined);
  }
}

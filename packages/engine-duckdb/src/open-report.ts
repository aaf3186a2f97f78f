import type { DuckDBConnection } from '@duckdb/node-api';
import { narrowPlan, type LimitBound } from '@hourglass/query';
import type { EngineTask } from '@hourglass/reports';
import { createExchangeRatesView, requireRates } from './exchange-rates.ts';
import { createFactsView } from './facts-view.ts';
import { findLimitBound } from './find-limit-bound.ts';

/**
 * Makes the relations that the compiled report reads, and answers the bound that it is compiled with.
 *
 * @throws ReportImpossible when an amount cannot be converted.
 */
export async function openReport(
  connection: DuckDBConnection,
  task: EngineTask,
  options: { readonly sampleFacts: number },
): Promise<LimitBound | null> {
  const { facts, signal } = task;
  if (facts.exchangeRatesPath !== undefined) {
    // Of all facts: an amount without a rate is told also where it is in no row.
    await createFactsView(connection, facts, task);
    await createExchangeRatesView(connection, facts.exchangeRatesPath);
    await requireRates(connection, task, signal);
  }
  const bound = await findLimitBound(connection, task, options);
  await createFactsView(connection, facts, narrowPlan(task, bound));
  signal.throwIfAborted();
  return bound;
}

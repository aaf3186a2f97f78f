import type { DuckDBConnection } from '@duckdb/node-api';
import { narrowPlan, type LimitBound } from '@hourglass/query';
import type { EngineTask, FactFiles } from '@hourglass/reports';
import { createExchangeRatesView, requireRates } from './exchange-rates.ts';
import { createFactsView } from './facts-view.ts';
import { findLimitBound } from './find-limit-bound.ts';

/**
 * Creates the views that the compiled report reads, and returns the bound to compile it with.
 *
 * @throws ReportImpossible if an amount cannot be converted.
 */
export async function openReport(
  connection: DuckDBConnection,
  task: EngineTask,
  options: { readonly sampleFacts: number },
): Promise<LimitBound | null> {
  const { facts, signal } = task;
  if (facts.exchangeRatesPath !== undefined) {
    // All facts are checked: an amount without a rate is an error even if no row would contain it.
    await createFactsView(connection, facts, task);
    await openRates(connection, facts);
    await requireRates(connection, task, signal);
  }
  const bound = await findLimitBound(connection, task, options);
  await createFactsView(connection, facts, narrowPlan(task, bound));
  signal.throwIfAborted();
  return bound;
}

/** Creates the view of exchange rates, if the plan converts amounts. */
export async function openRates(
  connection: DuckDBConnection,
  { exchangeRatesPath }: Pick<FactFiles, 'exchangeRatesPath'>,
): Promise<void> {
  if (exchangeRatesPath !== undefined) await createExchangeRatesView(connection, exchangeRatesPath);
}

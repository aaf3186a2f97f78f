import type { DuckDBConnection } from '@duckdb/node-api';
import type { Catalogue } from '@hourglass/query';
import type { EngineTask } from '@hourglass/reports';
import { openInstance, type InstanceLimits } from './duckdb-instance.ts';
import { createExchangeRatesView, requireRates } from './exchange-rates.ts';
import { createFactsView } from './facts-view.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';

export interface OpenReport {
  /** To a database that has the relations of the compiled report. Its calls fail once the task's signal aborts. */
  readonly connection: DuckDBConnection;
  /** Gives back memory and spilled files. No call on the connection may be under way. */
  close(): Promise<void>;
}

/** @throws ReportImpossible when an amount cannot be converted. */
export async function openReport(
  { plan, facts, directory, signal }: EngineTask,
  catalogue: Catalogue,
  limits: InstanceLimits,
): Promise<OpenReport> {
  signal.throwIfAborted();
  const { connection, close: closeInstance } = await openInstance(directory, limits);
  const stopInterrupting = interruptOnAbort(connection, signal);
  async function close(): Promise<void> {
    stopInterrupting();
    await closeInstance();
  }
  try {
    await createFactsView(connection, facts, plan, catalogue);
    if (facts.exchangeRatesPath !== undefined) {
      await createExchangeRatesView(connection, facts.exchangeRatesPath);
      await requireRates(connection, { plan, catalogue, signal });
    }
    signal.throwIfAborted();
    return { connection, close };
  } catch (error) {
    await close();
    throw error;
  }
}

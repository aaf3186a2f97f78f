import { compileReport, type Catalogue } from '@hourglass/query';
import { ReportImpossible, type EngineTask, type ReportEngine, type RowBatch } from '@hourglass/reports';
import { discardRows } from './discard-rows.ts';
import { openInstance, type InstanceLimits } from './duckdb-instance.ts';
import { readableError } from './engine-error.ts';
import { createExchangeRatesView, requireRates } from './exchange-rates.ts';
import { createFactsView } from './facts-view.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { rowBatches } from './row-batches.ts';
import { startStatement } from './start-statement.ts';
import { watchProgress } from './watch-progress.ts';

export interface DuckDbEngineOptions {
  readonly catalogue: Catalogue;
  /** For the whole process; every run gets its share of `maxConcurrentRuns`, and spills to disk beyond it. */
  readonly memoryMb: number;
  /** Per run. */
  readonly threads: number;
  /** How many runs the caller lets overlap. Nothing here holds it to that. */
  readonly maxConcurrentRuns: number;
  /** Disk that one run may use for what does not fit in its memory. Default 64 GiB. */
  readonly maxSpillMb?: number;
}

/**
 * Every run has a DuckDB of its own, in memory, which can read the task's directory and nothing else. What
 * it took, memory and spilled files, is given back when the rows end, fail, or are no longer asked for.
 *
 * `run` throws the reason of the task's signal once that aborts, `ReportImpossible` when an amount cannot be
 * converted, and otherwise errors whose message a user can read; DuckDB's own text, which names server paths, is in `cause`.
 */
export function createDuckDbEngine(options: DuckDbEngineOptions): ReportEngine {
  const { catalogue, memoryMb, threads, maxConcurrentRuns, maxSpillMb = 64 * 1024 } = options;
  const limits = { memoryMb: Math.floor(memoryMb / maxConcurrentRuns), threads, maxSpillMb };
  return { run: (task) => runReport(task, catalogue, limits) };
}

async function* runReport(
  task: EngineTask,
  catalogue: Catalogue,
  limits: InstanceLimits,
): AsyncGenerator<RowBatch, void> {
  const { plan, facts, directory, signal, onProgress = () => undefined } = task;
  signal.throwIfAborted();
  const instance = await openInstance(directory, limits);
  const stopInterrupting = interruptOnAbort(instance.connection, signal);
  try {
    await createFactsView(instance.connection, facts, plan, catalogue);
    if (facts.exchangeRatesPath !== undefined) {
      await createExchangeRatesView(instance.connection, facts.exchangeRatesPath);
      await requireRates(instance.connection, { plan, catalogue, signal });
    }
    signal.throwIfAborted();
    const stopWatching = watchProgress(instance.connection, onProgress);
    const starting = startStatement(instance.connection, compileReport(plan, catalogue));
    const result = await starting.finally(stopWatching);
    try {
      yield* rowBatches(result, signal);
    } finally {
      await discardRows(instance.connection, result);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ReportImpossible ? error : readableError(error, limits);
  } finally {
    stopInterrupting();
    await instance.close();
  }
}

import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { compileReport } from '@hourglass/query';
import type { EngineTask, ReportEngine, RowBatch } from '@hourglass/reports';
import { discardRows } from './discard-rows.ts';
import { explainedError } from './engine-error.ts';
import { createInstancePool } from './instance-pool.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { openReport } from './open-report.ts';
import { rowBatches } from './row-batches.ts';
import { startStatement } from './start-statement.ts';
import { writeReport, type ReportWriting } from './write-report.ts';

export interface DuckDbEngineOptions {
  /** The directories of all tasks lie below it, and so does what is spilled. */
  readonly directory: string;
  /** For the whole process; every run gets its share of `maxConcurrentRuns`, and spills to disk beyond it. */
  readonly memoryMb: number;
  /** Per run. */
  readonly threads: number;
  /** How many runs the caller lets overlap. Nothing here holds it to that. */
  readonly maxConcurrentRuns: number;
  /** Disk that one run may use for what does not fit in its memory. Default 64 GiB. */
  readonly maxSpillMb?: number;
  /** How many facts at least are looked at to find out how far the rows of a report with a limit reach. */
  readonly sampleFacts?: number;
  /** How many facts a slice of a large report has at first, about. Default: as many as fit into the memory of a run. */
  readonly sliceFacts?: number;
}

/** About a row group of a segment. */
const defaultSampleFacts = 100_000;

/**
 * Of a worker's memory for a run, per fact of a slice of a report: so many bytes take its group, its place in the order and
 * its line when every fact is a row.
 */
const sliceBytesPerFact = 640;

/**
 * Every run has a DuckDB in memory for itself, which can read and write below the engine's directory and nothing else.
 * It goes on to the next run, or is closed a few seconds later; after a run that failed or was not read to its end it
 * is closed at once, with its memory and what it spilled.
 *
 * Both functions throw the reason of the task's signal once that aborts, `ReportImpossible` when an amount cannot be
 * converted, and otherwise errors whose message a user can read; DuckDB's own text, which names server paths, is in `cause`.
 */
export function createDuckDbEngine(options: DuckDbEngineOptions): ReportEngine {
  const { memoryMb, threads, maxConcurrentRuns, maxSpillMb = 64 * 1024 } = options;
  const limits = { memoryMb: Math.floor(memoryMb / maxConcurrentRuns), threads, maxSpillMb };
  const fittingFacts = Math.floor((limits.memoryMb * 1024 * 1024) / sliceBytesPerFact);
  const { sampleFacts = defaultSampleFacts, sliceFacts = fittingFacts } = options;
  const directory = path.resolve(options.directory);
  const pool = createInstancePool(directory, limits);
  const engine = { sampleFacts, sliceFacts, limits, pool };
  return {
    run: (task) => runReport(task, engine),
    writeRows: (task) => writeReport(task, engine),
  };
}

async function* runReport(task: EngineTask, engine: ReportWriting): AsyncGenerator<RowBatch, void> {
  try {
    task.signal.throwIfAborted();
    yield* engine.pool.stream((connection) => readReport(connection, task, engine));
  } catch (error) {
    throw explainedError(error, task.signal, engine.limits);
  }
}

async function* readReport(
  connection: DuckDBConnection,
  task: EngineTask,
  engine: ReportWriting,
): AsyncGenerator<RowBatch, void> {
  const { signal } = task;
  const stopInterrupting = interruptOnAbort(connection, signal);
  try {
    const bound = await openReport(connection, task, engine);
    const result = await startStatement(connection, compileReport(task, bound));
    let isReadToItsEnd = false;
    try {
      yield* rowBatches(result, signal);
      isReadToItsEnd = true;
    } finally {
      if (!isReadToItsEnd) await discardRows(connection, result);
    }
  } finally {
    stopInterrupting();
  }
}

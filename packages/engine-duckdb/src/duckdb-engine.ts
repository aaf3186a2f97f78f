import path from 'node:path';
import type { HotFactsTask, PlacedSegment, ReportEngine } from '@hourglass/reports';
import { duckDbVersion } from './duckdb-version.ts';
import { toTaskError } from './engine-error.ts';
import { writeHotFactsSegment } from './hot-facts-segment.ts';
import { createInstancePool } from './instance-pool.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { streamReport } from './stream-report.ts';
import { writeParquet } from './write-parquet.ts';
import { writeReport } from './write-report.ts';
import { defaultPartialRowsPerFact, type EngineContext } from './engine-context.ts';

export interface DuckDbEngineOptions {
  /** Contains the directories of all tasks, and spilled files. */
  readonly directory: string;
  /** Memory for all runs together. Each run gets an equal share, and spills to disk beyond it. */
  readonly memoryMb: number;
  /** Threads of one run. */
  readonly threads: number;
  /** Maximum runs at a time. The caller has to enforce it. */
  readonly maxConcurrentRuns: number;
  /** Maximum disk space that one run may use for spilling. Default: 64 GiB. */
  readonly maxSpillMb?: number;
  /** Minimum facts in the sample from which the bound of a report with a limit is derived. */
  readonly sampleFacts?: number;
  /**
   * Approximate facts of a large report's first slice. Default: as many as fit into the memory of a
   * run.
   */
  readonly sliceFacts?: number;
  /** Approximate size of a Parquet file. Default: 16 MiB. */
  readonly parquetFileBytes?: number;
  /** Partials with more rows for each fact are not worth keeping. */
  readonly maxPartialRowsPerFact?: number;
  /** Time after which `run` computes no further partial: its caller waits. Default: one second. */
  readonly maxCoveringMs?: number;
}

/** About one row group of a segment. */
const defaultSampleFacts = 100_000;

/**
 * Memory per fact of a slice, in bytes, if every fact is a row: its group, its place in the order
 * and its line.
 */
const sliceBytesPerFact = 640;

/**
 * Creates an engine. Each run uses an in-memory DuckDB exclusively, which can only access files
 * below the engine's directory. After the run the instance is reused by the next run, or closed a
 * few seconds later. It is closed at once, with its memory and spilled files, if the run failed or
 * was not read to its end.
 *
 * Its functions throw the reason of the task's signal after it aborts, `ReportImpossible` if an
 * amount cannot be converted, and otherwise errors with a message for users; DuckDB's own message,
 * which contains server paths, is in `cause`.
 */
export function createDuckDbEngine(options: DuckDbEngineOptions): ReportEngine {
  const { memoryMb, threads, maxConcurrentRuns, maxSpillMb = 64 * 1024 } = options;
  const limits = { memoryMb: Math.floor(memoryMb / maxConcurrentRuns), threads, maxSpillMb };
  const fittingFacts = Math.floor((limits.memoryMb * 1024 * 1024) / sliceBytesPerFact);
  const { sampleFacts = defaultSampleFacts, sliceFacts = fittingFacts, parquetFileBytes } = options;
  const { maxPartialRowsPerFact = defaultPartialRowsPerFact, maxCoveringMs = 1_000 } = options;
  const directory = path.resolve(options.directory);
  const pool = createInstancePool(directory, limits);
  const partials = { maxPartialRowsPerFact, maxCoveringMs };
  const engine = { sampleFacts, sliceFacts, parquetFileBytes, ...partials, limits, pool };
  return {
    run: (task) => streamReport(task, engine),
    writeRows: (task) => writeReport(task, engine),
    writeParquet: (task) => writeParquet(task, engine),
    identity: { name: 'DuckDB', version: duckDbVersion() },
    writeHotFacts: (task) => writeHotFacts(task, engine),
  };
}

async function writeHotFacts(
  task: HotFactsTask,
  { pool, limits }: EngineContext,
): Promise<PlacedSegment | null> {
  const { signal } = task;
  try {
    signal.throwIfAborted();
    return await pool.use(async (connection) => {
      const stopInterrupting = interruptOnAbort(connection, signal);
      return writeHotFactsSegment(connection, task).finally(stopInterrupting);
    });
  } catch (error) {
    throw toTaskError(error, signal, limits);
  }
}

import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { compileReport, compileReportLines, type Catalogue } from '@hourglass/query';
import {
  AttemptFailure,
  ReportImpossible,
  type EngineTask,
  type ReportEngine,
  type RowBatch,
  type RowFile,
} from '@hourglass/reports';
import { discardRows } from './discard-rows.ts';
import { openInstance, type InstanceLimits } from './duckdb-instance.ts';
import { readableError } from './engine-error.ts';
import { createInstancePool, type InstancePool } from './instance-pool.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { openReport } from './open-report.ts';
import { rowBatches } from './row-batches.ts';
import { startStatement } from './start-statement.ts';
import { watchProgress } from './watch-progress.ts';
import { writeLines } from './write-lines.ts';

export interface DuckDbEngineOptions {
  readonly catalogue: Catalogue;
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
}

/** About a row group of a segment. */
const defaultSampleFacts = 100_000;

interface Engine {
  readonly catalogue: Catalogue;
  readonly sampleFacts: number;
  readonly limits: InstanceLimits;
  readonly pool: InstancePool;
}

/**
 * Every run has a DuckDB in memory for itself, which can read and write below the engine's directory and nothing else.
 * It goes on to the next run, or is closed a few seconds later; after a run that failed or was not read to its end it
 * is closed at once, with its memory and what it spilled.
 *
 * Both functions throw the reason of the task's signal once that aborts, `ReportImpossible` when an amount cannot be
 * converted, and otherwise errors whose message a user can read; DuckDB's own text, which names server paths, is in `cause`.
 */
export function createDuckDbEngine(options: DuckDbEngineOptions): ReportEngine {
  const { catalogue, memoryMb, threads, maxConcurrentRuns, maxSpillMb = 64 * 1024 } = options;
  const { sampleFacts = defaultSampleFacts } = options;
  const limits = { memoryMb: Math.floor(memoryMb / maxConcurrentRuns), threads, maxSpillMb };
  const directory = path.resolve(options.directory);
  const pool = createInstancePool(directory, limits);
  const engine = { catalogue, sampleFacts, limits, pool };
  return {
    run: (task) => runReport(task, engine),
    writeRows: (task) => writeReport(task, engine),
  };
}

async function* runReport(task: EngineTask, engine: Engine): AsyncGenerator<RowBatch, void> {
  const { plan, signal } = task;
  try {
    signal.throwIfAborted();
    const instance = await engine.pool.take();
    const { connection } = instance;
    const stopInterrupting = interruptOnAbort(connection, signal);
    let isReadToItsEnd = false;
    try {
      const bound = await openReport(connection, task, engine);
      const result = await startStatement(connection, compileReport(plan, engine.catalogue, bound));
      try {
        yield* rowBatches(result, signal);
        isReadToItsEnd = true;
      } finally {
        if (!isReadToItsEnd) await discardRows(connection, result);
      }
    } finally {
      stopInterrupting();
      if (isReadToItsEnd) engine.pool.giveBack(instance);
      else await instance.close();
    }
  } catch (error) {
    throw explained(error, signal, engine.limits);
  }
}

async function writeReport(task: EngineTask, engine: Engine): Promise<RowFile> {
  const { limits, pool } = engine;
  try {
    return await pool.use((connection) => writeRowFile(connection, task, engine));
  } catch (error) {
    const failure = explained(error, task.signal, limits);
    if (!isOutOfMemory(failure) || limits.threads === 1) throw failure;
  }
  return writeOnOneThread(task, engine);
}

/** Each thread takes memory of its own: what did not fit on several may fit on one. */
async function writeOnOneThread(task: EngineTask, engine: Engine): Promise<RowFile> {
  const { limits } = engine;
  try {
    const instance = await openInstance(path.resolve(task.directory), { ...limits, threads: 1 });
    try {
      return await writeRowFile(instance.connection, task, engine);
    } finally {
      await instance.close();
    }
  } catch (error) {
    throw explained(error, task.signal, limits);
  }
}

async function writeRowFile(
  connection: DuckDBConnection,
  task: EngineTask,
  engine: Engine,
): Promise<RowFile> {
  const { plan, directory, signal, onProgress = () => undefined } = task;
  const file = path.resolve(directory, 'rows');
  const stopInterrupting = interruptOnAbort(connection, signal);
  try {
    signal.throwIfAborted();
    const bound = await openReport(connection, task, engine);
    const stopWatching = watchProgress(connection, onProgress);
    const writing = writeLines(connection, compileReportLines(plan, engine.catalogue, bound), file);
    const rows = await writing.finally(stopWatching);
    signal.throwIfAborted();
    return { path: file, rows };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    stopInterrupting();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof AttemptFailure && error.failure === 'memory';
}

function explained(error: unknown, signal: AbortSignal, limits: InstanceLimits): unknown {
  if (signal.aborted) return signal.reason;
  return error instanceof ReportImpossible ? error : readableError(error, limits);
}

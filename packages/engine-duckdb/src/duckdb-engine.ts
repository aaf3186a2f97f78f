import { rm } from 'node:fs/promises';
import path from 'node:path';
import { compileReport, compileReportLines, type Catalogue } from '@hourglass/query';
import {
  ReportImpossible,
  type EngineTask,
  type ReportEngine,
  type RowBatch,
  type RowFile,
} from '@hourglass/reports';
import { discardRows } from './discard-rows.ts';
import type { InstanceLimits } from './duckdb-instance.ts';
import { readableError } from './engine-error.ts';
import { openReport } from './open-report.ts';
import { rowBatches } from './row-batches.ts';
import { startStatement } from './start-statement.ts';
import { writeLines } from './write-lines.ts';

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
 * Every run has a DuckDB of its own, in memory, which can read and write the task's directory and nothing else. What
 * it took, memory and spilled files, is given back when the rows end, fail, or are no longer asked for.
 *
 * Both functions throw the reason of the task's signal once that aborts, `ReportImpossible` when an amount cannot be
 * converted, and otherwise errors whose message a user can read; DuckDB's own text, which names server paths, is in `cause`.
 */
export function createDuckDbEngine(options: DuckDbEngineOptions): ReportEngine {
  const { catalogue, memoryMb, threads, maxConcurrentRuns, maxSpillMb = 64 * 1024 } = options;
  const limits = { memoryMb: Math.floor(memoryMb / maxConcurrentRuns), threads, maxSpillMb };
  return {
    run: (task) => runReport(task, catalogue, limits),
    writeRows: (task) => writeReport(task, catalogue, limits),
  };
}

async function* runReport(
  task: EngineTask,
  catalogue: Catalogue,
  limits: InstanceLimits,
): AsyncGenerator<RowBatch, void> {
  const { plan, signal } = task;
  try {
    const report = await openReport(task, catalogue, limits);
    try {
      const result = await startStatement(report.connection, compileReport(plan, catalogue));
      try {
        yield* rowBatches(result, signal);
      } finally {
        await discardRows(report.connection, result);
      }
    } finally {
      await report.close();
    }
  } catch (error) {
    throw explained(error, signal, limits);
  }
}

async function writeReport(task: EngineTask, catalogue: Catalogue, limits: InstanceLimits): Promise<RowFile> {
  const { plan, directory, signal } = task;
  const file = path.resolve(directory, 'rows');
  try {
    const report = await openReport(task, catalogue, limits);
    try {
      const rows = await writeLines(report.connection, compileReportLines(plan, catalogue), file);
      signal.throwIfAborted();
      return { path: file, rows };
    } finally {
      await report.close();
    }
  } catch (error) {
    await rm(file, { force: true });
    throw explained(error, signal, limits);
  }
}

function explained(error: unknown, signal: AbortSignal, limits: InstanceLimits): unknown {
  if (signal.aborted) return signal.reason;
  return error instanceof ReportImpossible ? error : readableError(error, limits);
}

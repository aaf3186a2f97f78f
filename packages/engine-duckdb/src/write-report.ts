import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { compileReportLines, narrowPlan, type BoundPlan, type LimitBound, type Plan } from '@hourglass/query';
import type { EngineTask, FactFiles, RowFile } from '@hourglass/reports';
import { openInstance, type InstanceLimits } from './duckdb-instance.ts';
import { explainedError, isOutOfMemory } from './engine-error.ts';
import { createFactsView } from './facts-view.ts';
import { withHotFactsSegment } from './hot-facts-segment.ts';
import type { InstancePool } from './instance-pool.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { openReport } from './open-report.ts';
import { createTimeSlices, isSliced } from './time-slices.ts';
import { watchProgress } from './watch-progress.ts';
import { writeLines } from './write-lines.ts';

export interface ReportWriting {
  readonly sampleFacts: number;
  /** How many facts a slice of a large report has at first, about, when it can be computed in slices. */
  readonly sliceFacts: number;
  readonly limits: InstanceLimits;
  readonly pool: InstancePool;
}

/** What is not written yet, by whatever instance. */
interface Unwritten {
  plan: Plan | null;
  /** Slices that are written. */
  files: number;
}

/**
 * Writes the rows of a report to one file, or to several that follow each other, each of which is there while the next
 * is computed. Throws as the engine does.
 */
export async function* writeReport(task: EngineTask, options: ReportWriting): AsyncGenerator<RowFile, void> {
  const { pool, limits } = options;
  const unwritten: Unwritten = { plan: task.plan, files: 0 };
  try {
    yield* pool.stream((connection) => writeRest(connection, task, options, unwritten));
  } catch (error) {
    const failure = explainedError(error, task.signal, limits);
    if (!isOutOfMemory(failure) || limits.threads === 1) throw failure;
    yield* writeOnOneThread(task, options, unwritten);
  }
}

/** Each thread takes memory of its own: what did not fit on several may fit on one. */
async function* writeOnOneThread(
  task: EngineTask,
  options: ReportWriting,
  unwritten: Unwritten,
): AsyncGenerator<RowFile, void> {
  const { limits } = options;
  try {
    const instance = await openInstance(path.resolve(task.directory), { ...limits, threads: 1 });
    try {
      yield* writeRest(instance.connection, task, options, unwritten);
    } finally {
      await instance.close();
    }
  } catch (error) {
    throw explainedError(error, task.signal, limits);
  }
}

async function* writeRest(
  connection: DuckDBConnection,
  task: EngineTask,
  options: ReportWriting,
  unwritten: Unwritten,
): AsyncGenerator<RowFile, void> {
  const { plan } = unwritten;
  if (plan === null) return;
  const stopInterrupting = interruptOnAbort(connection, task.signal);
  try {
    task.signal.throwIfAborted();
    const rest = { ...task, plan };
    const bound = await openReport(connection, rest, options);
    const writing = { connection, task: rest, options, unwritten, bound };
    yield* isSliced(narrowPlan(rest, bound).plan, task.facts.segments, options.sliceFacts)
      ? writeSlices(writing)
      : writeAtOnce(writing);
  } finally {
    stopInterrupting();
  }
}

interface Writing {
  readonly connection: DuckDBConnection;
  readonly task: EngineTask;
  readonly options: ReportWriting;
  readonly unwritten: Unwritten;
  readonly bound: LimitBound | null;
}

async function* writeAtOnce(writing: Writing): AsyncGenerator<RowFile, void> {
  const { task, unwritten } = writing;
  const file = await writeRowFile(writing, task, (share) => task.onProgress?.(share));
  unwritten.plan = null;
  yield file;
}

async function* writeSlices(writing: Writing): AsyncGenerator<RowFile, void> {
  const { connection, task, options, unwritten, bound } = writing;
  const facts: FactFiles = await withHotFactsSegment(connection, task);
  const slices = createTimeSlices(narrowPlan(task, bound).plan, facts.segments, options.sliceFacts);
  while (slices.rest !== null) {
    task.signal.throwIfAborted();
    const slice = { plan: slices.next(), dataset: task.dataset };
    await createFactsView(connection, facts, slice);
    const file = await writeRowFile(writing, slice, (share) => task.onProgress?.(slices.share(share)));
    slices.written(file.rows);
    unwritten.plan = slices.rest;
    yield file;
  }
}

/** `boundPlan` is that of the report or of a slice of it, whose facts the relation `facts` has. */
async function writeRowFile(
  { connection, task, unwritten, bound }: Writing,
  boundPlan: BoundPlan,
  onProgress: (share: number) => void,
): Promise<RowFile> {
  const file = path.resolve(task.directory, `rows-${unwritten.files}`);
  try {
    const stopWatching = watchProgress(connection, onProgress);
    const writing = writeLines(connection, compileReportLines(boundPlan, bound), file);
    const rows = await writing.finally(stopWatching);
    task.signal.throwIfAborted();
    unwritten.files += 1;
    return { path: file, rows };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

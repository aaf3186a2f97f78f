import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { compileReportLines, narrowPlan, type BoundPlan, type LimitBound, type Plan } from '@hourglass/query';
import type { EngineTask, FactFiles, RowFile } from '@hourglass/reports';
import { openInstance, type InstanceLimits } from './duckdb-instance.ts';
import { toTaskError, isOutOfMemory } from './engine-error.ts';
import { createFactsView } from './facts-view.ts';
import { withHotFactsSegment } from './hot-facts-segment.ts';
import type { InstancePool } from './instance-pool.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { openReport } from './open-report.ts';
import { createTimeSlices, needsSlices } from './time-slices.ts';
import { watchProgress } from './watch-progress.ts';
import { writeLines } from './write-lines.ts';

export interface EngineContext {
  readonly sampleFacts: number;
  /** Approximate facts of the first slice of a report that is computed in slices. */
  readonly sliceFacts: number;
  readonly limits: InstanceLimits;
  readonly pool: InstancePool;
}

/** The state of a report that two instances may write one after the other. */
interface WritingState {
  /** The plan of all rows that are not written yet. Null when all are written. */
  remaining: Plan | null;
  /** Number of files written so far. */
  files: number;
}

/**
 * Writes the rows of a report to one file, or to several consecutive files. Each is yielded before
 * the next is computed. Throws the engine's errors.
 */
export async function* writeReport(task: EngineTask, options: EngineContext): AsyncGenerator<RowFile, void> {
  const { pool, limits } = options;
  const state: WritingState = { remaining: task.plan, files: 0 };
  try {
    yield* pool.stream((connection) => writeRemaining(connection, task, options, state));
  } catch (error) {
    const failure = toTaskError(error, task.signal, limits);
    if (!isOutOfMemory(failure) || limits.threads === 1) throw failure;
    yield* writeOnOneThread(task, options, state);
  }
}

/**
 * Writes the remaining rows with less memory: each thread allocates some, so one thread may suffice
 * where several did not.
 */
async function* writeOnOneThread(
  task: EngineTask,
  options: EngineContext,
  state: WritingState,
): AsyncGenerator<RowFile, void> {
  const { limits } = options;
  try {
    const instance = await openInstance(path.resolve(task.directory), { ...limits, threads: 1 });
    try {
      yield* writeRemaining(instance.connection, task, options, state);
    } finally {
      await instance.close();
    }
  } catch (error) {
    throw toTaskError(error, task.signal, limits);
  }
}

async function* writeRemaining(
  connection: DuckDBConnection,
  task: EngineTask,
  options: EngineContext,
  state: WritingState,
): AsyncGenerator<RowFile, void> {
  const { remaining: plan } = state;
  if (plan === null) return;
  const stopInterrupting = interruptOnAbort(connection, task.signal);
  try {
    task.signal.throwIfAborted();
    const remainingTask = { ...task, plan };
    const bound = await openReport(connection, remainingTask, options);
    const writing = { connection, task: remainingTask, options, state, bound };
    yield* needsSlices(narrowPlan(remainingTask, bound).plan, task.facts.segments, options.sliceFacts)
      ? writeSlices(writing)
      : writeAtOnce(writing);
  } finally {
    stopInterrupting();
  }
}

interface Writing {
  readonly connection: DuckDBConnection;
  readonly task: EngineTask;
  readonly options: EngineContext;
  readonly state: WritingState;
  readonly bound: LimitBound | null;
}

async function* writeAtOnce(writing: Writing): AsyncGenerator<RowFile, void> {
  const { task, state } = writing;
  const file = await writeRowFile(writing, task, (share) => task.onProgress?.(share));
  state.remaining = null;
  yield file;
}

async function* writeSlices(writing: Writing): AsyncGenerator<RowFile, void> {
  const { connection, task, options, state, bound } = writing;
  const facts: FactFiles = await withHotFactsSegment(connection, task);
  const slices = createTimeSlices(narrowPlan(task, bound).plan, facts.segments, options.sliceFacts);
  while (slices.remaining !== null) {
    task.signal.throwIfAborted();
    const slice = { plan: slices.next(), dataset: task.dataset };
    await createFactsView(connection, facts, slice);
    const file = await writeRowFile(writing, slice, (share) =>
      task.onProgress?.(slices.completedShare(share)),
    );
    slices.recordWritten(file.rows);
    state.remaining = slices.remaining;
    yield file;
  }
}

/** `boundPlan` is the plan of the report or of one slice. The view `facts` contains its facts. */
async function writeRowFile(
  { connection, task, state, bound }: Writing,
  boundPlan: BoundPlan,
  onProgress: (share: number) => void,
): Promise<RowFile> {
  const file = path.resolve(task.directory, `rows-${state.files}`);
  try {
    const stopWatching = watchProgress(connection, onProgress);
    const writing = writeLines(connection, compileReportLines(boundPlan, bound), file);
    const rows = await writing.finally(stopWatching);
    task.signal.throwIfAborted();
    state.files += 1;
    return { path: file, rows };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

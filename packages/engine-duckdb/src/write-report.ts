import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  compileReportLines,
  compileReportTable,
  type BoundPlan,
  type LimitBound,
  type SqlStatement,
} from '@hourglass/query';
import { AttemptFailure, type EngineTask, type FactFiles, type RowFile } from '@hourglass/reports';
import { divideReport, type DividedReport } from './divide-report.ts';
import { openInstance, type InstanceLimits } from './duckdb-instance.ts';
import type { EngineContext } from './engine-context.ts';
import { isTooLarge, toTaskError } from './engine-error.ts';
import { createFactsView } from './facts-view.ts';
import type { InstancePool } from './instance-pool.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { openRates, openReport } from './open-report.ts';
import { coverageOf, coverSegments, type Coverage } from './partials/cover-segments.ts';
import { closePartials, openPartials } from './partials/open-partials.ts';
import { hasPartials, withoutPartials } from './partials/without-partials.ts';
import { withPercentileMethod } from './percentile-memory.ts';
import type { ReportPart } from './report-slices.ts';
import { smallerTerms, type WritingTerms } from './smaller-terms.ts';
import { watchProgress } from './watch-progress.ts';
import { writeLines } from './write-lines.ts';
import { removeFiles, writeTable } from './write-table.ts';

/** The state of a report that several instances may write one after the other. */
interface WritingState {
  /** The rows that are not written yet. Null when all are written. */
  remaining: ReportPart | null;
  /** Facts that are in place. Without partials once these turn out to be too large, or fail. */
  facts: FactFiles;
  /** Present once partials are being computed. */
  coverage: Coverage | null;
  /** Number of files written so far. */
  files: number;
  /** Present once the report is computed in slices. */
  divided: DividedReport | null;
}

type StreamWithInstance = InstancePool['stream'];

/**
 * Writes the rows of a report to one file, or to several consecutive files. Each is yielded before
 * the next is computed. A report that is out of memory continues with less. Throws the engine's errors.
 */
export async function* writeReport(task: EngineTask, engine: EngineContext): AsyncGenerator<RowFile, void> {
  const state: WritingState = {
    remaining: { plan: task.plan },
    facts: task.facts,
    coverage: null,
    files: 0,
    divided: null,
  };
  let stream: StreamWithInstance = (work) => engine.pool.stream(work);
  for (let terms: WritingTerms = { ...engine, maxSliceFacts: Infinity }; ;) {
    try {
      yield* writeWithPauses(stream, task, terms, state);
      return;
    } catch (error) {
      const failure = toTaskError(error, task.signal, engine.limits);
      const { remaining, facts } = state;
      if (hasPartials(facts) && failure instanceof AttemptFailure) {
        state.facts = await withoutPartials(facts, failure);
        continue;
      }
      const smaller =
        isTooLarge(failure) && remaining !== null
          ? smallerTerms(terms, { ...task, ...remaining, facts })
          : null;
      if (smaller === null) throw failure;
      terms = smaller;
      stream = (work) => streamWithOwnInstance(task, smaller.limits, work);
      state.divided = null;
    }
  }
}

/** The instances of the pool have all threads. */
async function* streamWithOwnInstance<Item>(
  { directory }: Pick<EngineTask, 'directory'>,
  limits: InstanceLimits,
  work: (connection: DuckDBConnection) => AsyncIterable<Item>,
): AsyncGenerator<Item, void> {
  const instance = await openInstance(path.resolve(directory), limits);
  try {
    yield* work(instance.connection);
  } finally {
    await instance.close();
  }
}

/** Gives the instance back while the run is paused. */
async function* writeWithPauses(
  stream: StreamWithInstance,
  task: EngineTask,
  options: WritingTerms,
  state: WritingState,
): AsyncGenerator<RowFile, void> {
  while (state.remaining !== null) {
    yield* stream((connection) => writeUntilPause(connection, task, options, state));
    if (state.remaining !== null) await task.pauses?.wait(task.signal);
  }
}

async function* writeUntilPause(
  connection: DuckDBConnection,
  task: EngineTask,
  options: WritingTerms,
  state: WritingState,
): AsyncGenerator<RowFile, void> {
  const { remaining } = state;
  if (remaining === null) return;
  const stopInterrupting = interruptOnAbort(connection, task.signal);
  try {
    task.signal.throwIfAborted();
    const partials = await reportOfPartials(connection, { ...task, ...remaining }, options, state);
    if (partials === 'paused') return;
    const remainingTask = { ...task, ...remaining, facts: state.facts };
    const writing = { connection, task: remainingTask, options, state };
    if (partials !== null) {
      yield* writeAtOnce(writing, partials, null);
      return;
    }
    if (state.divided === null) {
      const bound = await openReport(connection, remainingTask, options);
      state.divided = await divideReport(connection, remainingTask, { bound, terms: options });
      if (state.divided === null) {
        yield* writeAtOnce(writing, remainingTask, bound);
        return;
      }
    } else await openRates(connection, task.facts);
    yield* writeSlices(writing, state.divided);
  } finally {
    stopInterrupting();
  }
}

interface Writing {
  readonly connection: DuckDBConnection;
  readonly task: EngineTask;
  readonly options: WritingTerms;
  readonly state: WritingState;
}

/**
 * Covers the segments of a report with partials. Returns the plan over them, null for a report that reads
 * facts, or that the run should pause first.
 */
async function reportOfPartials(
  connection: DuckDBConnection,
  task: EngineTask,
  engine: WritingTerms,
  state: WritingState,
): Promise<BoundPlan | 'paused' | null> {
  const { facts } = state;
  if (!hasPartials(facts)) return null;
  const isPauseWanted = () => task.pauses?.isWanted() === true;
  const partialTask = { ...task, facts };
  const begun = state.coverage ?? coverageOf(facts);
  const coverage = await coverSegments(connection, { task: partialTask, engine, isPauseWanted }, begun);
  state.coverage = coverage;
  if (coverage !== null && coverage.coverable.length > 0) return 'paused';
  const boundPlan = coverage && (await openPartials(connection, partialTask, coverage));
  if (boundPlan === null) state.facts = await withoutPartials(facts);
  return boundPlan;
}

async function* writeAtOnce(
  writing: Writing,
  boundPlan: BoundPlan,
  bound: LimitBound | null,
): AsyncGenerator<RowFile, void> {
  const { task, options, state } = writing;
  const method = withPercentileMethod({ ...boundPlan, facts: task.facts }, options.limits);
  const report = { boundPlan: { ...boundPlan, ...method }, bound, isLast: true };
  const files = await writeRowFiles(writing, report, (share) => task.onProgress?.(share));
  if (boundPlan.readsPartials === true) await closePartials(writing.connection);
  state.remaining = null;
  yield* files;
}

/** Ends early when the run should pause. */
async function* writeSlices(
  writing: Writing,
  { slices, facts, bound }: DividedReport,
): AsyncGenerator<RowFile, void> {
  const { connection, task, options, state } = writing;
  while (slices.remaining !== null) {
    task.signal.throwIfAborted();
    const startedAtMs = performance.now();
    const slice = withPercentileMethod({ ...slices.next(), dataset: task.dataset, facts }, options.limits);
    await createFactsView(connection, facts, slice);
    const { isLast } = slices;
    const files = await writeRowFiles(writing, { boundPlan: slice, bound, isLast }, (share) =>
      task.onProgress?.(slices.completedShare(share)),
    );
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    slices.recordWritten(rows, performance.now() - startedAtMs);
    state.remaining = slices.remaining;
    yield* files;
    if (slices.remaining !== null && task.pauses?.isWanted() === true) return;
  }
}

interface WrittenPart {
  readonly boundPlan: BoundPlan;
  readonly bound: LimitBound | null;
  /** Whether no slice follows. */
  readonly isLast: boolean;
}

/**
 * Writes the rows of the report or of one slice: lines to one file, typed rows to any number of files.
 * The view `facts` contains its facts. After an error no file is left.
 */
async function writeRowFiles(
  { connection, task, options, state }: Writing,
  { boundPlan, bound, isLast }: WrittenPart,
  onProgress: (share: number) => void,
): Promise<readonly RowFile[]> {
  const pathOf = (index: number) => path.resolve(task.directory, `rows-${state.files + index}`);
  const stopWatching = watchProgress(connection, onProgress);
  const writing =
    task.plan.output.format === 'parquet'
      ? writeTable(connection, {
          boundPlan,
          statement: compileReportTable(boundPlan, bound),
          pathOf,
          needsFile: isLast && state.files === 0,
          fileBytes: options.parquetFileBytes,
        })
      : writeLineFile(connection, compileReportLines(boundPlan, bound), pathOf(0));
  const files = await writing.finally(stopWatching);
  if (task.signal.aborted) {
    await removeFiles(files);
    throw task.signal.reason;
  }
  state.files += files.length;
  return files;
}

async function writeLineFile(
  connection: DuckDBConnection,
  statement: SqlStatement,
  file: string,
): Promise<readonly RowFile[]> {
  try {
    return [{ path: file, rows: await writeLines(connection, statement, file) }];
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

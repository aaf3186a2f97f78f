import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { narrowPlan, type BoundPlan } from '@hourglass/query';
import { AttemptFailure, type EngineTask, type FactFiles } from '@hourglass/reports';
import { copyTopFacts, dropTopFacts } from './copy-top-facts.ts';
import { divideReport, type DividedReport } from './divide-report.ts';
import { openInstance, type InstanceLimits } from './duckdb-instance.ts';
import type { EngineContext } from './engine-context.ts';
import { isTooLarge, toTaskError } from './engine-error.ts';
import { createFactsView } from './facts-view.ts';
import type { InstancePool } from './instance-pool.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { openRates, openReport } from './open-report.ts';
import { coverageOf, coverSegments, type Coverage } from './partials/cover-segments.ts';
import { openPartials, type OpenPartials } from './partials/open-partials.ts';
import { hasPartials, withoutPartials } from './partials/without-partials.ts';
import { withPercentileMethod } from './percentile-memory.ts';
import type { ReportPart } from './report-slices.ts';
import { smallerTerms, type ReportTerms } from './smaller-terms.ts';

/** Consecutive rows of a report that one statement computes over the view `facts`. */
export interface ComputedPart {
  readonly boundPlan: BoundPlan;
  /** Whether no part follows. */
  readonly isLast: boolean;
  readonly onProgress: (share: number) => void;
  /**
   * Records that all rows of the part are computed, so that they never are again, also if what follows fails. Has to be
   * called once.
   */
  finish(rows: number): Promise<void>;
}

export interface Computation<Item> {
  /** Computes the rows of a part, and yields them as items. */
  readonly emit: (connection: DuckDBConnection, part: ComputedPart) => AsyncIterable<Item>;
  /** Time for computing partials, after which the report reads facts instead. Null: it waits for all of them. */
  readonly maxCoveringMs: number | null;
}

/** The state of a report that several instances may compute one after the other. */
interface ReportState {
  /** The rows that are not computed yet. Null when all are. */
  remaining: ReportPart | null;
  /** Facts that are in place. Without partials once these turn out to be too large, or fail. */
  facts: FactFiles;
  /** Present once partials are being computed. */
  coverage: Coverage | null;
  /** Present once the report is computed in slices. */
  divided: DividedReport | null;
  /** Whether items were yielded of a part that is not finished, which can therefore not be computed again. */
  isPartYielded: boolean;
}

type StreamWithInstance = InstancePool['stream'];

/**
 * Computes a report at once or in slices, each when the items of the one before were taken. A report that is out of
 * memory continues with less. Throws the engine's errors.
 */
export async function* computeReport<Item>(
  task: EngineTask,
  engine: EngineContext,
  computation: Computation<Item>,
): AsyncGenerator<Item, void> {
  const state: ReportState = {
    remaining: { plan: task.plan },
    facts: task.facts,
    coverage: null,
    divided: null,
    isPartYielded: false,
  };
  let stream: StreamWithInstance = (work) => engine.pool.stream(work);
  for (let terms: ReportTerms = { ...engine, maxSliceFacts: Infinity, countsValues: false }; ;) {
    try {
      yield* computeWithPauses(stream, { task, terms, state, computation });
      return;
    } catch (error) {
      const failure = toTaskError(error, task.signal, engine.limits);
      const { remaining, facts, isPartYielded } = state;
      if (isPartYielded) throw failure;
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

interface Computing<Item> {
  readonly task: EngineTask;
  readonly terms: ReportTerms;
  readonly state: ReportState;
  readonly computation: Computation<Item>;
}

/** Gives the instance back while the run is paused. */
async function* computeWithPauses<Item>(
  stream: StreamWithInstance,
  computing: Computing<Item>,
): AsyncGenerator<Item, void> {
  const { task, state } = computing;
  while (state.remaining !== null) {
    yield* stream((connection) => computeUntilPause(connection, computing));
    if (state.remaining !== null) await task.pauses?.wait(task.signal);
  }
}

async function* computeUntilPause<Item>(
  connection: DuckDBConnection,
  computing: Computing<Item>,
): AsyncGenerator<Item, void> {
  const { task, terms, state } = computing;
  const { remaining } = state;
  if (remaining === null) return;
  const stopInterrupting = interruptOnAbort(connection, task.signal);
  try {
    task.signal.throwIfAborted();
    const partials = await reportOfPartials(connection, { ...task, ...remaining }, computing);
    if (partials === 'paused') return;
    if (partials !== null) {
      yield* computeAtOnce(connection, computing, { ...partials, facts: state.facts });
      return;
    }
    if (state.divided === null) {
      const remainingTask = { ...task, ...remaining, facts: state.facts };
      const bound = await openReport(connection, remainingTask, terms);
      const narrowed = narrowPlan(remainingTask, bound);
      state.divided = await divideReport(connection, narrowed, { isBounded: bound !== null, terms });
      if (state.divided === null) {
        yield* computeAtOnce(connection, computing, await openTopFacts(connection, narrowed, terms));
        return;
      }
    } else await openRates(connection, task.facts);
    yield* computeSlices(connection, computing, state.divided);
  } finally {
    stopInterrupting();
  }
}

/**
 * Covers the segments of a report with partials. Returns the view over them, null for a report that reads
 * facts, or that the run should pause first.
 */
async function reportOfPartials<Item>(
  connection: DuckDBConnection,
  task: EngineTask,
  { terms: engine, state, computation: { maxCoveringMs } }: Computing<Item>,
): Promise<OpenPartials | 'paused' | null> {
  const { facts } = state;
  if (!hasPartials(facts)) return null;
  const untilMs = performance.now() + (maxCoveringMs ?? Infinity);
  const isPauseWanted = () => performance.now() >= untilMs || task.pauses?.isWanted() === true;
  const partialTask = { ...task, facts };
  const begun = state.coverage ?? coverageOf(facts);
  const coverage = await coverSegments(connection, { task: partialTask, engine, isPauseWanted }, begun);
  state.coverage = coverage;
  if (maxCoveringMs === null && coverage !== null && coverage.coverable.length > 0) return 'paused';
  const opened = coverage && (await openPartials(connection, partialTask, coverage));
  if (opened === null) state.facts = await withoutPartials(facts);
  return opened;
}

/** A report over the view `facts`. */
interface OpenReport {
  readonly boundPlan: BoundPlan;
  /** The facts in the view, or more. */
  readonly facts: Pick<FactFiles, 'segments' | 'hotRows'>;
  /** Frees what the view holds. */
  readonly close: () => Promise<void>;
}

async function openTopFacts(
  connection: DuckDBConnection,
  task: EngineTask,
  terms: ReportTerms,
): Promise<OpenReport> {
  const copied = await copyTopFacts(connection, task, terms);
  return copied === null
    ? { boundPlan: task, facts: task.facts, close: () => Promise.resolve() }
    : { boundPlan: task, facts: { segments: [], hotRows: copied }, close: () => dropTopFacts(connection) };
}

function computeAtOnce<Item>(
  connection: DuckDBConnection,
  { task, terms, state, computation }: Computing<Item>,
  { boundPlan, facts, close }: OpenReport,
): AsyncGenerator<Item, void> {
  return emitPart(connection, computation, state, {
    boundPlan: withPercentileMethod(boundPlan, facts, terms),
    isLast: true,
    onProgress: (share) => task.onProgress?.(share),
    async finish() {
      await close();
      state.remaining = null;
    },
  });
}

/** Ends early when the run should pause. */
async function* computeSlices<Item>(
  connection: DuckDBConnection,
  { task, terms, state, computation }: Computing<Item>,
  { slices, facts }: DividedReport,
): AsyncGenerator<Item, void> {
  while (slices.remaining !== null) {
    task.signal.throwIfAborted();
    const startedAtMs = performance.now();
    const slice = withPercentileMethod({ ...slices.next(), dataset: task.dataset }, facts, terms);
    await createFactsView(connection, facts, slice);
    yield* emitPart(connection, computation, state, {
      boundPlan: slice,
      isLast: slices.isLast,
      onProgress: (share) => task.onProgress?.(slices.completedShare(share)),
      finish(rows) {
        slices.recordWritten(rows, performance.now() - startedAtMs);
        state.remaining = slices.remaining;
        return Promise.resolve();
      },
    });
    if (slices.remaining !== null && task.pauses?.isWanted() === true) return;
  }
}

async function* emitPart<Item>(
  connection: DuckDBConnection,
  { emit }: Computation<Item>,
  state: ReportState,
  part: ComputedPart,
): AsyncGenerator<Item, void> {
  let isFinished = false;
  const finish = async (rows: number) => {
    await part.finish(rows);
    isFinished = true;
    state.isPartYielded = false;
  };
  for await (const item of emit(connection, { ...part, finish })) {
    state.isPartYielded = !isFinished;
    yield item;
  }
}

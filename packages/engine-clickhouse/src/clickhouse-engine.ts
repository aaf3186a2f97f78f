import { rm } from 'node:fs/promises';
import {
  clickhouseDialect,
  compileReportLines,
  compileShownRows,
  estimateFacts,
  evenSlices,
  narrowPlan,
  needsSlices,
  planFrom,
  sliceRange,
  type Dialect,
  type ExchangeRate,
  type Plan,
  type TimeRange,
} from '@hourglass/query';
import type { ObjectEngine, ObjectTask, RowFile } from '@hourglass/reports';
import { askNodes, type Answer, type ClusterContext } from './ask-nodes.ts';
import { checkCluster, isTestedVersion, untestedVersion } from './check-cluster.ts';
import { clusterFacts, objectsOf, type Readers } from './cluster-facts.ts';
import { toTaskError } from './cluster-error.ts';
import { openCluster, type ClusterOptions } from './cluster.ts';
import { readExchangeRates, requireRates } from './exchange-rates.ts';
import { findLimitBound } from './find-limit-bound.ts';
import { inOrder } from './in-order.ts';
import type { StatementLimits } from './run-statement.ts';

export interface ClickHouseEngineOptions extends ClusterOptions, StatementLimits {
  /** Fewest facts of a slice. Default: a million, which take a node some ten times as long as the start of a statement. */
  readonly minSliceFacts?: number;
  /** Called once for each version of ClickHouse that is not tested. */
  readonly onUntestedVersion?: (message: string) => void;
}

export interface ClickHouseEngine extends ObjectEngine {
  close(): Promise<void>;
}

const defaultMinSliceFacts = 1_000_000;
/** Slices of a report for each node. More would read more facts twice, because segments overlap. */
const slicesPerNode = 2;

/** Growth of the slices of a report with a limit. */
const sliceGrowth = 8;

/** The smallest slice has the facts of this many samples for the bound of a limit. */
const samplesOfSlice = 4;

interface EngineContext extends ClusterContext {
  readonly minSliceFacts: number;
}

/**
 * Creates an engine that computes reports on a cluster, from segments in the object store. Opens no
 * connection yet.
 *
 * A report with rows in the order of time is computed in slices, each by one node, several at the
 * same time: with one statement its first node would do most of the work. Other reports are one
 * statement of all nodes. A statement that a node did not answer is asked of the next one.
 */
export function createClickHouseEngine(options: ClickHouseEngineOptions): ClickHouseEngine {
  const { memoryMb, timeoutMs, minSliceFacts = defaultMinSliceFacts } = options;
  const cluster = openCluster(options);
  const versions = new Set<string>();
  let turn = Math.floor(Math.random() * cluster.nodes.length);
  const context: EngineContext = {
    cluster,
    limits: { memoryMb, timeoutMs },
    minSliceFacts,
    nextNode: () => (turn += 1) % cluster.nodes.length,
  };
  return {
    async check(signal) {
      const identity = await checkCluster(cluster, signal);
      const { version } = identity;
      if (!versions.has(version) && !isTestedVersion(version))
        options.onUntestedVersion?.(untestedVersion(version));
      versions.add(version);
      return identity;
    },
    writeRows: (task) => writeRows(task, context),
    close: () => cluster.close(),
  };
}

async function* writeRows(task: ObjectTask, context: EngineContext): AsyncGenerator<RowFile, void> {
  try {
    task.signal.throwIfAborted();
    const exchangeRates = await readExchangeRates(task.facts);
    const report: ClusterReport = { task, exchangeRates, context };
    // One node reads the amounts: that no rate is missing is an empty answer, which several nodes that are not
    // available to the first one would give as well.
    await requireRates(task, dialectOf(report, 'node'), askOne(report));
    const { plan, facts } = task;
    if (!needsSlices(plan, facts.objects, context.minSliceFacts))
      yield await writeWhole({ ...report, task: await withinBound(report) }, 'rows-0');
    else if (plan.limitRows === null) yield* writeSlices(report);
    else yield* writeUntilLimit(report, plan.limitRows);
  } catch (error) {
    throw toTaskError(error, task.signal, context.limits);
  }
}

interface ClusterReport {
  readonly task: ObjectTask;
  readonly exchangeRates: readonly ExchangeRate[];
  readonly context: EngineContext;
}

/** Asks one node for rows that are not those of the report. */
function askOne({ task, context }: ClusterReport) {
  return (answer: Pick<Answer, 'statement' | 'format' | 'name'>) =>
    askNodes(task, { ...answer, readers: 'node' }, context);
}

/** Leaves out facts behind the bound of the limit. */
async function withinBound(report: ClusterReport): Promise<ObjectTask> {
  const bound = await findLimitBound(report.task, {
    sampleFacts: report.context.minSliceFacts / samplesOfSlice,
    dialectOf: (task) => dialectOf({ ...report, task }, 'node'),
    ask: askOne(report),
  });
  return narrowPlan(report.task, bound);
}

function dialectOf({ task, exchangeRates, context }: ClusterReport, readers: Readers): Dialect {
  return clickhouseDialect({ ...clusterFacts(task, task.facts, readers, context.cluster), exchangeRates });
}

/** Each node computes some slices. */
async function* writeSlices(report: ClusterReport): AsyncGenerator<RowFile, void> {
  const { task, context } = report;
  const slices = slicesOf(task, context);
  let completed = 0;
  const write = (plan: Plan, index: number, signal: AbortSignal) =>
    writeReport({ ...report, task: { ...task, plan, signal } }, 'node', `rows-${index}`);
  const files = inOrder(slices, write, { atOnce: context.cluster.nodes.length, signal: task.signal });
  for await (const file of files) {
    completed += 1;
    task.onProgress?.(completed / slices.length);
    yield file;
    if (completed < slices.length && task.pauses?.isWanted() === true) await task.pauses.wait(task.signal);
  }
}

/** As many for each node, so that all have the same work. */
function slicesOf({ plan, facts }: ObjectTask, { cluster, minSliceFacts }: EngineContext): readonly Plan[] {
  const nodes = cluster.nodes.length;
  const fitting = Math.floor(estimateFacts(facts.objects, plan.range) / minSliceFacts);
  const ofNode = Math.min(slicesPerNode, Math.floor(fitting / nodes));
  return evenSlices(plan, facts.objects, ofNode === 0 ? fitting : ofNode * nodes);
}

/**
 * All nodes compute one slice after another, each larger than the last, until there are enough rows: most
 * reports with a limit end after the first one.
 */
async function* writeUntilLimit(report: ClusterReport, limitRows: number): AsyncGenerator<RowFile, void> {
  const { task, context } = report;
  const { objects } = task.facts;
  const allFacts = estimateFacts(objects, task.plan.range);
  const shareOf = (range: TimeRange) => estimateFacts(objects, range) / Math.max(1, allFacts);
  let completed = 0;
  let [facts, missingRows] = [context.minSliceFacts, limitRows];
  let remaining: Plan | null = task.plan;
  for (let slice = 0; remaining !== null; slice += 1) {
    const range = sliceRange(remaining, objects, facts);
    const plan: Plan = { ...remaining, range };
    const [before, own] = [completed, shareOf(range)];
    const onProgress = (share: number) => task.onProgress?.(before + share * own);
    const file = await writeWhole({ ...report, task: { ...task, plan, onProgress } }, `rows-${slice}`);
    completed += own;
    missingRows -= file.rows;
    remaining = planFrom(remaining, range.endExclusiveMs, missingRows);
    facts *= sliceGrowth;
    yield file;
    if (remaining !== null && task.pauses?.isWanted() === true) await task.pauses.wait(task.signal);
  }
}

async function writeWhole(report: ClusterReport, name: string): Promise<RowFile> {
  const { task } = report;
  const file = await writeReport(report, 'cluster', name);
  if (file.rows > 0 || objectsOf(task, task.facts).length === 0) return file;
  // Nodes that are all unavailable to the first one can look like no facts (ClickHouse issue 86414), so one
  // node confirms an empty report by itself.
  await rm(file.path);
  return writeReport(report, 'node', `${name}-confirmed`);
}

async function writeReport(report: ClusterReport, readers: Readers, name: string): Promise<RowFile> {
  const { task, context } = report;
  const dialect = dialectOf(report, readers);
  const isParquet = task.plan.output.format === 'parquet';
  const statement = isParquet ? compileShownRows(task, dialect) : compileReportLines(task, dialect);
  return askNodes(task, { statement, format: isParquet ? 'parquet' : 'lines', readers, name }, context);
}

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  clickhouseDialect,
  compileReportLines,
  estimateFacts,
  evenSlices,
  needsSlices,
  type Plan,
} from '@hourglass/query';
import type { ObjectEngine, ObjectTask, RowFile } from '@hourglass/reports';
import { checkCluster, isTestedVersion, untestedVersion } from './check-cluster.ts';
import { clusterFacts, objectsOf, type Readers } from './cluster-facts.ts';
import { isOfNode, toTaskError } from './cluster-error.ts';
import { openCluster, type Cluster, type ClusterNode, type ClusterOptions } from './cluster.ts';
import { inOrder } from './in-order.ts';
import { runStatement, type StatementLimits } from './run-statement.ts';
import { killStatement, watchStatement } from './statement-progress.ts';

export interface ClickHouseEngineOptions extends ClusterOptions, StatementLimits {
  /** Fewest facts of a slice. Default: 4 million. */
  readonly minSliceFacts?: number;
  /** Called once for each version of ClickHouse that is not tested. */
  readonly onUntestedVersion?: (message: string) => void;
}

export interface ClickHouseEngine extends ObjectEngine {
  close(): Promise<void>;
}

const defaultMinSliceFacts = 4_000_000;
/** Slices of a report for each node, so that a slow one does not decide. */
const slicesPerNode = 3;

interface EngineContext {
  readonly cluster: Cluster;
  readonly limits: StatementLimits;
  readonly minSliceFacts: number;
  /** Returns the node for the next statement, which takes turns. */
  readonly nextNode: () => number;
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
    const slices = slicesOf(task, context);
    if (slices.length > 1) yield* writeSlices(task, slices, context);
    else yield await writeWhole(task, context);
  } catch (error) {
    throw toTaskError(error, task.signal, context.limits);
  }
}

/** One slice is the whole report. */
function slicesOf(task: ObjectTask, { cluster, minSliceFacts }: EngineContext): readonly Plan[] {
  const { plan, facts } = task;
  // Rows that a limit leaves out would be computed by every slice.
  if (plan.limitRows !== null || !needsSlices(plan, facts.objects, minSliceFacts)) return [plan];
  const wanted = estimateFacts(facts.objects, plan.range) / (cluster.nodes.length * slicesPerNode);
  return evenSlices(plan, facts.objects, Math.max(minSliceFacts, wanted));
}

async function* writeSlices(
  task: ObjectTask,
  slices: readonly Plan[],
  context: EngineContext,
): AsyncGenerator<RowFile, void> {
  let completed = 0;
  const write = (plan: Plan, index: number, signal: AbortSignal) =>
    writeLines({ ...task, plan, signal }, 'node', { context, name: `rows-${index}` });
  const files = inOrder(slices, write, { atOnce: context.cluster.nodes.length, signal: task.signal });
  for await (const file of files) {
    completed += 1;
    task.onProgress?.(completed / slices.length);
    yield file;
    if (completed < slices.length && task.pauses?.isWanted() === true) await task.pauses.wait(task.signal);
  }
}

async function writeWhole(task: ObjectTask, context: EngineContext): Promise<RowFile> {
  const file = await writeLines(task, 'cluster', { context, name: 'rows-0' });
  if (file.rows > 0 || objectsOf(task, task.facts).length === 0) return file;
  // Nodes that are all unavailable to the first one can look like no facts (ClickHouse issue 86414), so one
  // node confirms an empty report by itself.
  await rm(file.path);
  return writeLines(task, 'node', { context, name: 'rows-confirmed' });
}

/** Asks one node after another until one answers. */
async function writeLines(
  task: ObjectTask,
  readers: Readers,
  { context, name }: { readonly context: EngineContext; readonly name: string },
): Promise<RowFile> {
  const { cluster, nextNode } = context;
  const dialect = clickhouseDialect(clusterFacts(task, task.facts, readers, cluster));
  const statement = compileReportLines(task, null, dialect);
  const first = nextNode();
  for (let tried = 0; ; tried += 1) {
    const node = cluster.nodes[(first + tried) % cluster.nodes.length] as ClusterNode;
    const queryId = `hourglass-${randomUUID()}`;
    const file = path.resolve(task.directory, `${name}-${tried}`);
    const { signal } = task;
    const stopWatching =
      readers === 'cluster' ? watchStatement(node, queryId, (share) => task.onProgress?.(share)) : () => {};
    try {
      return await runStatement(node, statement, { queryId, file, signal, limits: context.limits });
    } catch (error) {
      if (signal.aborted) void killStatement(node, queryId);
      if (signal.aborted || !isOfNode(error) || tried + 1 >= cluster.nodes.length) throw error;
    } finally {
      stopWatching();
    }
  }
}

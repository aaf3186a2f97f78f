import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { SqlStatement } from '@hourglass/query';
import type { ObjectTask, RowFile } from '@hourglass/reports';
import type { Readers } from './cluster-facts.ts';
import { isOfNode } from './cluster-error.ts';
import type { Cluster, ClusterNode } from './cluster.ts';
import { runStatement, type StatementLimits, type StatementRun } from './run-statement.ts';
import { killStatement, watchStatement } from './statement-progress.ts';

export interface ClusterContext {
  readonly cluster: Cluster;
  readonly limits: StatementLimits;
  /** Returns the node for the next statement, which takes turns. */
  readonly nextNode: () => number;
}

export interface Answer extends Pick<StatementRun, 'format'> {
  readonly statement: SqlStatement;
  readonly readers: Readers;
  /** Begins the name of a file in the directory of the task. Each is used once. */
  readonly name: string;
}

/** Asks one node after another until one answers. */
export async function askNodes(
  { directory, signal, onProgress }: Pick<ObjectTask, 'directory' | 'signal' | 'onProgress'>,
  { statement, format, readers, name }: Answer,
  { cluster, limits, nextNode }: ClusterContext,
): Promise<RowFile> {
  const first = nextNode();
  for (let tried = 0; ; tried += 1) {
    const node = cluster.nodes[(first + tried) % cluster.nodes.length] as ClusterNode;
    const queryId = `hourglass-${randomUUID()}`;
    const file = path.resolve(directory, `${name}-${tried}`);
    const stopWatching =
      readers === 'cluster' ? watchStatement(node, queryId, (share) => onProgress?.(share)) : () => {};
    try {
      return await runStatement(node, statement, { queryId, file, format, signal, limits });
    } catch (error) {
      if (signal.aborted) void killStatement(node, queryId);
      if (signal.aborted || !isOfNode(error) || tried + 1 >= cluster.nodes.length) throw error;
    } finally {
      stopWatching();
    }
  }
}

import type { BoundPlan } from '@hourglass/query';
import { hotFactsKeyOf } from '../results/archive-key.ts';
import { ServiceUnavailable } from '../service-unavailable.ts';
import { chooseEngine } from './choose-engine.ts';
import { countFacts, countRead, placeSegments } from './collect-facts.ts';
import { collectObjects } from './collect-objects.ts';
import type { FactSnapshot } from './fact-source.ts';
import type { Claim } from './query-store.ts';
import type { EngineIdentity, Pauses, RowFile } from './report-engine.ts';
import type { RunQueryPorts } from './run-query-ports.ts';

export interface ComputeTask {
  readonly boundPlan: BoundPlan;
  readonly snapshot: FactSnapshot;
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly pauses?: Pauses;
  /** Called with the share of facts that are where the engine reads them, 0 to 1. */
  readonly onCollected: (share: number) => void;
  /** Called with the share of work done, 0 to 1, and the facts that are read in all. */
  readonly onProgress: (share: number, factsRead: number) => void;
}

/** A report that is being computed. */
export interface ComputedRows {
  readonly rows: AsyncGenerator<RowFile, void>;
  readonly engine: EngineIdentity;
  /** Facts that are read, and rows of partials in place of facts. */
  readonly factsRead: number;
  /** Removes what was stored for the computation only. */
  release(): Promise<unknown>;
}

/** Begins to compute a report with the engine that its size and the settings choose. */
export async function computeRows(
  claim: Claim,
  ports: RunQueryPorts,
  task: ComputeTask,
): Promise<ComputedRows> {
  const { boundPlan, snapshot, directory, signal, pauses, onCollected } = task;
  const common = { ...boundPlan, directory, signal, ...(pauses && { pauses }) };
  const cluster = await availableCluster(claim, ports, task);
  if (cluster === null) {
    const facts = await placeSegments(boundPlan, snapshot, ports, task);
    const factsRead = countRead(facts);
    const onProgress = (share: number) => task.onProgress(share, factsRead);
    const rows = ports.engine.writeRows({ ...common, facts, onProgress });
    return { rows, engine: ports.engine.identity, factsRead, release: () => Promise.resolve() };
  }
  const hotFactsKey = hotFactsKeyOf(claim);
  // The sweep deletes what is left.
  const release = () => ports.objects.delete(hotFactsKey).catch(() => undefined);
  try {
    const target = { directory, signal, hotFactsKey, onCollected };
    const facts = await collectObjects(boundPlan, snapshot, ports, target);
    const factsRead = countFacts(snapshot);
    const onProgress = (share: number) => task.onProgress(share, factsRead);
    const computed = cluster.engine.writeRows({ ...common, facts, onProgress });
    const isParquet = boundPlan.plan.output.format === 'parquet';
    const rows = isParquet ? ports.engine.writeParquet({ ...common, shown: computed }) : computed;
    return { rows, engine: cluster.identity, factsRead, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Null: the report is computed here. */
async function availableCluster(
  { id, attempt }: Claim,
  { cluster, log }: RunQueryPorts,
  { boundPlan, snapshot, signal }: ComputeTask,
) {
  if (cluster === null) return null;
  const { settings, engine, countFallback } = cluster;
  const scan = { facts: countFacts(snapshot), segments: snapshot.segments };
  if (chooseEngine(boundPlan, scan, settings).name !== 'ClickHouse') return null;
  try {
    return { engine, identity: await engine.check(signal) };
  } catch (error) {
    // A machine that the operator wants to spare may be too small for the report.
    if (settings.engine === 'clickhouse' || !(error instanceof ServiceUnavailable)) throw error;
    log.warn(
      { queryId: id, attempt, err: error },
      'the cluster is not available; the report is computed here',
    );
    await countFallback().catch((err: unknown) =>
      log.warn({ queryId: id, attempt, err }, 'the fallback could not be counted'),
    );
    return null;
  }
}

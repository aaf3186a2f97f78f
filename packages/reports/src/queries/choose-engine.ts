import { clickhouseRefusal, type BoundPlan, type StoredSegment } from '@hourglass/query';

export interface EngineSettings {
  /** `auto`: large reports on the cluster, if there is one. */
  readonly engine: 'auto' | 'duckdb' | 'clickhouse';
  readonly hasCluster: boolean;
  /** Smaller reports take longer on a cluster than on one machine. */
  readonly clusterMinFacts: number;
}

export interface EngineChoice {
  readonly name: 'DuckDB' | 'ClickHouse';
  /** Why, as a sentence. */
  readonly reason: string;
}

/** The facts that a report reads. */
export interface ReportScan {
  readonly facts: number;
  readonly segments: readonly Pick<StoredSegment, 'deletions'>[];
}

/** Each is a condition, which a node tests for each block of facts: beyond some thousand a node refuses the statement. */
const maxClusterDeletions = 1_000;

/**
 * Chooses the engine of a report. What the cluster cannot compute, or not to the same bytes, runs on
 * DuckDB, whatever the settings are.
 */
export function chooseEngine(
  boundPlan: BoundPlan,
  { facts, segments }: ReportScan,
  { engine, hasCluster, clusterMinFacts }: EngineSettings,
): EngineChoice {
  if (!hasCluster) return { name: 'DuckDB', reason: 'There is no cluster.' };
  if (engine === 'duckdb') return { name: 'DuckDB', reason: 'The settings select it for all reports.' };
  const refusal = clickhouseRefusal(boundPlan);
  if (refusal !== null) return { name: 'DuckDB', reason: `It runs here, because ${refusal}.` };
  if (countDeletions(segments) > maxClusterDeletions) {
    const reason = `Its segments still contain the facts of more than ${maxClusterDeletions} deletions.`;
    return { name: 'DuckDB', reason };
  }
  if (engine === 'clickhouse')
    return { name: 'ClickHouse', reason: 'The settings select it for all reports.' };
  return facts < clusterMinFacts
    ? { name: 'DuckDB', reason: `It has fewer than ${clusterMinFacts} facts.` }
    : { name: 'ClickHouse', reason: `It has at least ${clusterMinFacts} facts.` };
}

/** Counts the deletions whose facts the segments still contain, each once. */
function countDeletions(segments: ReportScan['segments']): number {
  return new Set(segments.flatMap(({ deletions }) => deletions.map((each) => JSON.stringify(each)))).size;
}

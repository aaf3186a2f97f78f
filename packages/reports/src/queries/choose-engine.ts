import { clickhouseRefusal, type BoundPlan } from '@hourglass/query';

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

/**
 * Chooses the engine of a report that scans this number of facts. What the cluster cannot compute to the
 * same bytes runs on DuckDB, whatever the settings are.
 */
export function chooseEngine(
  boundPlan: BoundPlan,
  facts: number,
  { engine, hasCluster, clusterMinFacts }: EngineSettings,
): EngineChoice {
  if (!hasCluster) return { name: 'DuckDB', reason: 'There is no cluster.' };
  if (engine === 'duckdb') return { name: 'DuckDB', reason: 'The settings select it for all reports.' };
  const refusal = clickhouseRefusal(boundPlan);
  if (refusal !== null) return { name: 'DuckDB', reason: `It runs here, because ${refusal}.` };
  if (engine === 'clickhouse')
    return { name: 'ClickHouse', reason: 'The settings select it for all reports.' };
  return facts < clusterMinFacts
    ? { name: 'DuckDB', reason: `It has fewer than ${clusterMinFacts} facts.` }
    : { name: 'ClickHouse', reason: `It has at least ${clusterMinFacts} facts.` };
}

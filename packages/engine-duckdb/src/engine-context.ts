import type { InstanceLimits } from './duckdb-instance.ts';
import type { InstancePool } from './instance-pool.ts';

/** A row of a partial takes about as long to read as a fact, and a partial has to be computed first. */
export const defaultPartialRowsPerFact = 1 / 6;

/** The collaborators and limits of all runs of an engine. */
export interface EngineContext {
  readonly sampleFacts: number;
  /** Approximate facts of the first slice of a report that is computed in slices. */
  readonly sliceFacts: number;
  /** Approximate size of a Parquet file. Undefined: the default. */
  readonly parquetFileBytes: number | undefined;
  /** Partials with more rows for each fact are not kept. */
  readonly maxPartialRowsPerFact: number;
  /** Time after which a run whose caller waits computes no further partial. */
  readonly maxCoveringMs: number;
  readonly limits: InstanceLimits;
  readonly pool: InstancePool;
}

import type { BoundPlan, EarlierReport, StoredSegment } from '@hourglass/query';

/** Estimated scan of a plan, from statistics and metadata. */
export interface ScanEstimate {
  readonly hotFacts: {
    readonly rows: number;
    /**
     * True when the rows were counted. Otherwise PostgreSQL's planner estimated them, because
     * counting would have taken too long.
     */
    readonly exact: boolean;
    /** Average size of a row with the columns of the plan. */
    readonly rowBytes: number;
  };
  /** Segments that may contain facts of the range. */
  readonly segments: readonly StoredSegment[];
  /** Number of live segments of the environment and dataset. */
  readonly liveSegments: number;
  /** Throughput of recent large queries, from claim to archive. Null when there are none. */
  readonly factsPerSecond: number | null;
  readonly earlier: EarlierReport | null;
}

export interface ScanEstimates {
  estimate(boundPlan: BoundPlan): Promise<ScanEstimate>;
}

/** Returns the number of facts that the plan would scan. */
export function estimatedFacts({ hotFacts, segments }: ScanEstimate): number {
  return segments.reduce((sum, { facts }) => sum + facts, hotFacts.rows);
}

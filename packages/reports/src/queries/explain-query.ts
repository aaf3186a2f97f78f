import {
  bindPlan,
  estimateGroups,
  type BoundPlan,
  type EarlierReport,
  type StoredSegment,
} from '@hourglass/query';
import { planRequest, type PlanRequestPorts, type RequestedQuery } from './submit-query.ts';

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

export interface ExplainQueryPorts extends PlanRequestPorts {
  readonly scans: ScanEstimates;
}

/** Estimated cost of running a query now. */
export interface Explanation {
  readonly rowsScanned: number;
  readonly bytesScanned: number;
  readonly segments: { readonly scanned: number; readonly live: number };
  readonly hotFacts: { readonly rows: number; readonly exact: boolean };
  readonly estimatedGroups: number | null;
  readonly estimatedSeconds: number;
}

/** Throughput of a small machine, used until a large query has completed. */
const defaultFactsPerSecond = 1_000_000;
/** Run time of a query without facts. */
const minSeconds = 0.3;

/**
 * Plans a request like a submission and estimates the cost of its run. Stores nothing, and does not
 * count against the limits.
 * @throws ReportError `request.invalid` with every fault; ServiceUnavailable
 */
export async function explainQuery(
  requested: RequestedQuery,
  ports: ExplainQueryPorts,
): Promise<Explanation> {
  const boundPlan = bindPlan(await planRequest(requested, ports), ports.catalogue);
  const { hotFacts, segments, liveSegments, factsPerSecond, earlier } = await ports.scans.estimate(boundPlan);
  const { rows, exact, rowBytes } = hotFacts;
  const rowsScanned = segments.reduce((sum, { facts }) => sum + facts, rows);
  return {
    rowsScanned,
    bytesScanned: segments.reduce((sum, { bytes }) => sum + bytes, rows * rowBytes),
    segments: { scanned: segments.length, live: liveSegments },
    hotFacts: { rows, exact },
    estimatedGroups: estimateGroups(boundPlan, { facts: rowsScanned, earlier }),
    estimatedSeconds: toTenths(minSeconds + rowsScanned / (factsPerSecond ?? defaultFactsPerSecond)),
  };
}

function toTenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

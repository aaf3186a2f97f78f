import {
  bindPlan,
  estimateGroups,
  type BoundPlan,
  type EarlierReport,
  type StoredSegment,
} from '@hourglass/query';
import { planRequest, type PlanRequestPorts, type RequestedQuery } from './plan-request.ts';

/** What the database knows of the facts of a plan, without reading them. */
export interface ScanEstimate {
  readonly hotFacts: {
    readonly rows: number;
    /** Counted; else PostgreSQL's planner says so, because counting would have taken too long. */
    readonly exact: boolean;
    /** Average of a row with the columns of the plan. */
    readonly rowBytes: number;
  };
  /** Those that may have facts of the range. */
  readonly segments: readonly StoredSegment[];
  /** All of the environment and dataset. */
  readonly liveSegments: number;
  /** Of recent large queries, from claim to archive. Null: there are none. */
  readonly factsPerSecond: number | null;
  readonly earlier: EarlierReport | null;
}

export interface ScanEstimates {
  estimate(boundPlan: BoundPlan): Promise<ScanEstimate>;
}

export interface ExplainQueryPorts extends PlanRequestPorts {
  readonly scans: ScanEstimates;
}

/** What running a query now would take. */
export interface Explanation {
  readonly rowsScanned: number;
  readonly bytesScanned: number;
  readonly segments: { readonly scanned: number; readonly live: number };
  readonly hotFacts: { readonly rows: number; readonly exact: boolean };
  readonly estimatedGroups: number | null;
  readonly estimatedSeconds: number;
}

/** Where no large query was completed yet: what a small machine does. */
const usualFactsPerSecond = 1_000_000;
/** What a query over no facts takes. */
const leastSeconds = 0.3;

/**
 * Plans a request as a submission does and tells what its run would read. Nothing is stored and nothing counted.
 * @throws ReportError `request.invalid` with every fault; ServiceUnavailable.
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
    estimatedSeconds: toTenths(leastSeconds + rowsScanned / (factsPerSecond ?? usualFactsPerSecond)),
  };
}

function toTenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

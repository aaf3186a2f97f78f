import { bindPlan, estimateGroups } from '@hourglass/query';
import { chooseEngine, type EngineChoice, type EngineSettings } from './choose-engine.ts';
import type { EqualQuery, QueryStore } from './query-store.ts';
import { reuseOf } from './reuse.ts';
import { estimatedFacts, type ScanEstimates } from './scan-estimate.ts';
import { requireSheetRows } from './sheet-rows.ts';
import { planShared, type PlanRequestPorts, type RequestedQuery } from './submit-query.ts';

export interface ExplainQueryPorts extends PlanRequestPorts {
  readonly scans: ScanEstimates;
  readonly queries: QueryStore;
  readonly engines: EngineSettings;
}

/** Estimated cost of running a query now. */
export interface Explanation {
  readonly rowsScanned: number;
  readonly bytesScanned: number;
  readonly segments: { readonly scanned: number; readonly live: number };
  readonly hotFacts: { readonly rows: number; readonly exact: boolean };
  readonly estimatedGroups: number | null;
  readonly estimatedSeconds: number;
  /** Absent: there is no cluster. */
  readonly engine?: EngineChoice;
  /** Absent: the query would run. */
  readonly equalQuery?: EqualQuery;
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
  { mayReuse, ...requested }: RequestedQuery & { readonly mayReuse: boolean },
  ports: ExplainQueryPorts,
): Promise<Explanation> {
  const { plan, endsNow } = await planShared(requested, ports);
  const boundPlan = bindPlan(plan, ports.catalogue);
  const estimate = await ports.scans.estimate(boundPlan);
  const { hotFacts, segments, liveSegments, factsPerSecond, earlier } = estimate;
  const { rows, exact, rowBytes } = hotFacts;
  const rowsScanned = estimatedFacts(estimate);
  const estimatedGroups = estimateGroups(boundPlan, { facts: rowsScanned, earlier });
  requireSheetRows(plan, estimatedGroups);
  const reuse = reuseOf(plan, ports.catalogue, mayReuse && !endsNow);
  const equalQuery = await ports.queries.findEqual(plan.tenant, reuse);
  const engine = chooseEngine(boundPlan, { facts: rowsScanned, segments }, ports.engines);
  return {
    rowsScanned,
    bytesScanned: segments.reduce((sum, { bytes }) => sum + bytes, rows * rowBytes),
    segments: { scanned: segments.length, live: liveSegments },
    hotFacts: { rows, exact },
    estimatedGroups,
    estimatedSeconds: toTenths(minSeconds + rowsScanned / (factsPerSecond ?? defaultFactsPerSecond)),
    ...(ports.engines.hasCluster ? { engine } : {}),
    ...(equalQuery === null ? {} : { equalQuery }),
  };
}

function toTenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

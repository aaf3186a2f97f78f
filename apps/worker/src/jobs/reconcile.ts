import { reconcile, type ClaimTerms, type Doorbell, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

/** Wakes workers for queries whose wake-up was lost or whose worker died, and fails overdue queries. */
export function reconcileJob(
  ports: { readonly queries: QueryStore; readonly doorbell: Doorbell },
  terms: ClaimTerms,
): PeriodicJob {
  return { name: 'reconcile', everyMs: 5_000, run: () => reconcile(ports, { terms, maxWakeUps: 1_000 }) };
}

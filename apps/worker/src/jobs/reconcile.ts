import { reconcile, type ClaimTerms, type Doorbell, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

/** Rings again for queries whose ring was lost or whose worker died, and fails those that nobody will end. */
export function reconcileJob(
  ports: { readonly queries: QueryStore; readonly doorbell: Doorbell },
  terms: ClaimTerms,
): PeriodicJob {
  return { name: 'reconcile', everyMs: 5_000, run: () => reconcile(ports, { terms, maxWakeUps: 1_000 }) };
}

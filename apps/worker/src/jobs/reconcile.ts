import { reconcile, type ClaimTerms, type Doorbell, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

const everyMs = 5_000;
/** A little less, so that a worker's own next turn is never too early. */
const minIntervalMs = 4_000;

/** Rings again for queries whose ring was lost or whose worker died, and fails those that nobody will end. */
export function reconcileJob(
  ports: { queries: QueryStore; doorbell: Doorbell },
  terms: ClaimTerms,
): PeriodicJob {
  return {
    name: 'reconcile',
    everyMs,
    run: () => reconcile(ports, { terms, minIntervalMs, maxRings: 1_000 }),
  };
}

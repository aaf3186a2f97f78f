import { reconcile, type Doorbell, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

/** Rings again for queries whose ring was lost or whose worker died. */
export function reconcileJob(ports: { queries: QueryStore; doorbell: Doorbell }): PeriodicJob {
  return { name: 'reconcile', everyMs: 5_000, run: () => reconcile(ports, 1_000) };
}

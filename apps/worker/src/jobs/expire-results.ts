import { expireResults, type ObjectStore, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

/** Deletes the archives whose `expires` has passed. */
export function expireResultsJob(ports: { queries: QueryStore; objects: ObjectStore }): PeriodicJob {
  return { name: 'expire-results', everyMs: 10_000, run: () => expireResults(ports, 100) };
}

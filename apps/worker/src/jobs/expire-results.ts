import { expireResults, type ObjectStore, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { drainInBatches } from './drain-in-batches.ts';

/** Expires results whose `expires` has passed and deletes their archives. */
export function expireResultsJob(ports: {
  readonly queries: QueryStore;
  readonly objects: ObjectStore;
}): PeriodicJob {
  return {
    name: 'expire-results',
    everyMs: 10_000,
    run: (signal) => drainInBatches(100, (limit) => expireResults(ports, limit), signal),
  };
}

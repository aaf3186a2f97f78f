import { expireResults, type ObjectStore, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { untilFewer } from './until-fewer.ts';

/** Deletes the archives whose `expires` has passed. */
export function expireResultsJob(ports: {
  readonly queries: QueryStore;
  readonly objects: ObjectStore;
}): PeriodicJob {
  return {
    name: 'expire-results',
    everyMs: 10_000,
    run: (signal) => untilFewer(100, (limit) => expireResults(ports, limit), signal),
  };
}

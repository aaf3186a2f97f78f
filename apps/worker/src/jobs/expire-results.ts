import { expireResults, type ObjectStore, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

const maxAtATime = 100;

/** Deletes the archives whose `expires` has passed, all of them before the next turn. */
export function expireResultsJob(ports: { queries: QueryStore; objects: ObjectStore }): PeriodicJob {
  return {
    name: 'expire-results',
    everyMs: 10_000,
    async run(signal) {
      let expired = 0;
      for (;;) {
        const some = await expireResults(ports, maxAtATime);
        expired += some;
        if (some < maxAtATime || signal.aborted) return expired;
      }
    },
  };
}

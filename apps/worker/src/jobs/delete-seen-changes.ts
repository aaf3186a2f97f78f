import type { QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { drainInBatches } from './drain-in-batches.ts';

/** Deletes the changes of facts by which results are compared, once every result has seen them. */
export function deleteSeenChangesJob({ queries }: { readonly queries: QueryStore }): PeriodicJob {
  return {
    name: 'delete-seen-changes',
    everyMs: 3_600_000,
    run: (signal) => drainInBatches(10_000, (limit) => queries.deleteSeenChanges(limit), signal),
  };
}

import type { ResultLinkStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { drainInBatches } from './drain-in-batches.ts';

/** Deletes links to results that have expired. */
export function deleteExpiredLinksJob({
  resultLinks,
}: {
  readonly resultLinks: ResultLinkStore;
}): PeriodicJob {
  return {
    name: 'delete-expired-links',
    everyMs: 600_000,
    run: (signal) => drainInBatches(1_000, (limit) => resultLinks.deleteExpired(limit), signal),
  };
}

import type { ExpiredQueryEvents } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { drainInBatches } from './drain-in-batches.ts';

/** Deletes the events of queries that are older. Streams resume from those that are kept. */
export function deleteExpiredQueryEventsJob(
  events: ExpiredQueryEvents,
  { days }: { readonly days: number },
): PeriodicJob {
  return {
    name: 'delete-expired-query-events',
    everyMs: 600_000,
    run: (signal) => drainInBatches(5_000, (limit) => events.deleteExpiredEvents({ days, limit }), signal),
  };
}

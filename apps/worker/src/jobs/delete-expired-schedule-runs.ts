import type { DueSchedules } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { drainInBatches } from './drain-in-batches.ts';

/** Deletes older runs from the history of schedules. */
export function deleteExpiredScheduleRunsJob(
  schedules: Pick<DueSchedules, 'deleteExpiredRuns'>,
  { days }: { readonly days: number },
): PeriodicJob {
  return {
    name: 'delete-expired-schedule-runs',
    everyMs: 600_000,
    run: (signal) => drainInBatches(5_000, (limit) => schedules.deleteExpiredRuns({ days, limit }), signal),
  };
}

import type { DueSchedules } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { drainInBatches } from './drain-in-batches.ts';
import { unlessDown } from './unless-down.ts';

/** Records the outcome of scheduled queries that have ended. */
export function settleScheduleRunsJob(schedules: Pick<DueSchedules, 'settleEnded'>): PeriodicJob {
  return {
    name: 'settle-schedule-runs',
    everyMs: 500,
    run: (signal) =>
      unlessDown(() =>
        drainInBatches(100, async (limit) => (await schedules.settleEnded(limit)).length, signal),
      ),
  };
}

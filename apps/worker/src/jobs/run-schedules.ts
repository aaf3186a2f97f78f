import type { Logger } from '@hourglass/platform';
import { runDueSchedules, type RunDueSchedulesPorts, type RunDueSchedulesTerms } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { drainInBatches } from './drain-in-batches.ts';
import { unlessDown } from './unless-down.ts';

/** A run begins within this time of its due time when a worker is idle. */
const everyMs = 500;
/** Few, so that several workers share what is due at the same time. */
const claimedAtOnce = 10;
/** A claim takes a fraction of it. After a crash other workers wait so long. */
const claimMs = 10_000;

/** Submits the queries of schedules that are due. */
export function runSchedulesJob(
  ports: Omit<RunDueSchedulesPorts, 'onError'>,
  { defaultMaxActive }: Pick<RunDueSchedulesTerms, 'defaultMaxActive'>,
  log: Logger,
): PeriodicJob {
  const reporting: RunDueSchedulesPorts = {
    ...ports,
    onError: ({ id, tenant, dueAt }, error) => {
      const { organization, environment } = tenant;
      log.warn({ schedule: id, organization, environment, dueAt, err: error }, 'schedule failed; will retry');
    },
  };
  return {
    name: 'run-schedules',
    everyMs,
    run: (signal) =>
      unlessDown(() =>
        drainInBatches(
          claimedAtOnce,
          (limit) => runDueSchedules(reporting, { limit, claimMs, defaultMaxActive }, signal),
          signal,
        ),
      ),
  };
}

import { sweepPartials, type SweepPartialsPorts } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

/** Deletes the partials of segments that are gone. Each worker has its own disk. */
export function sweepPartialsJob(ports: SweepPartialsPorts): PeriodicJob {
  return { name: 'sweep-partials', everyMs: 300_000, run: () => sweepPartials(ports) };
}

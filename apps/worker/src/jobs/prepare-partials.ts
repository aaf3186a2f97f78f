import { preparePartials, type PreparePartialsPorts } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import type { Scratch } from '../scratch.ts';

/** Then the next run begins with the reports and segments that came meanwhile. */
const maxRunMs = 60_000;

/** Computes partials of new segments for the reports that are repeated. Each worker has its own disk. */
export function preparePartialsJob(ports: PreparePartialsPorts, scratch: Scratch): PeriodicJob {
  const settled = new Set<string>();
  return {
    name: 'prepare-partials',
    everyMs: 10_000,
    run: (signal) =>
      scratch.within((directory) =>
        preparePartials(ports, { settled, directory, signal, untilMs: performance.now() + maxRunMs }),
      ),
  };
}

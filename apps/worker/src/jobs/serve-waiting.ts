import { runSmallQueries, watchWaiting, type RunQueryPorts, type SmallQueryTerms } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { unlessDown } from './unless-down.ts';

/** A waiting query is noticed within this time when all slots are taken. */
const everyMs = 500;

/** Asks which query waits, so that a long run can give way to it. */
export function watchWaitingJob(
  ports: Pick<RunQueryPorts, 'queries'>,
  terms: Omit<SmallQueryTerms, 'maxFacts'>,
): PeriodicJob {
  return {
    name: 'watch-waiting',
    everyMs,
    run: () => unlessDown(() => watchWaiting(ports, terms).then(() => 0)),
  };
}

/** Runs small queries in the reserved slot. */
export function runSmallQueriesJob(ports: RunQueryPorts, terms: SmallQueryTerms): PeriodicJob {
  return {
    name: 'run-small-queries',
    everyMs,
    run: (signal) => unlessDown(() => runSmallQueries(ports, terms, signal)),
  };
}

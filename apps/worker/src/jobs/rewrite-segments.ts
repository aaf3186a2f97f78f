import { rewriteSegments, type ReplacePorts } from '@hourglass/facts';
import type { PeriodicJob } from '../periodic-job.ts';
import type { Scratch } from '../scratch.ts';

const terms = {
  /** Several deletions in a row share one rewrite. */
  deletedForMs: 10 * 60_000,
  /** Less than a day, in which expired facts have to be gone, by the time of a rewrite. */
  expiredForMs: 20 * 3_600_000,
};
/** Bounds a run, between which merging and sealing get their turn for memory. */
const limit = 20;

/** Rewrites segments that hold facts which no report may read any more. */
export function rewriteSegmentsJob(ports: ReplacePorts, scratch: Scratch): PeriodicJob {
  return {
    name: 'rewrite-segments',
    everyMs: 30_000,
    run: (signal) =>
      scratch.within((directory) => rewriteSegments(ports, { terms, limit, directory, signal })),
  };
}

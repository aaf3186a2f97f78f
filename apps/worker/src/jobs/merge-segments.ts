import { mergeSegments, type MergeTerms, type ReplacePorts } from '@hourglass/facts';
import type { PeriodicJob } from '../periodic-job.ts';
import type { Scratch } from '../scratch.ts';

/** Merges small segments into large ones. */
export function mergeSegmentsJob(ports: ReplacePorts, terms: MergeTerms, scratch: Scratch): PeriodicJob {
  return {
    name: 'merge-segments',
    everyMs: 10_000,
    run: (signal) => scratch.within((directory) => mergeSegments(ports, { terms, directory, signal })),
  };
}

import { sweepScratch, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

/** Deletes scratch directories that killed workers left on this disk. */
export function sweepScratchJob(
  ports: { readonly queries: QueryStore },
  terms: { readonly scratchDirectory: string; readonly maxRunMs: number },
): PeriodicJob {
  return { name: 'sweep-scratch', everyMs: 600_000, run: () => sweepScratch(ports, terms) };
}

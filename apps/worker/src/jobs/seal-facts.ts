import { sealFacts, type SealFactsPorts, type SealingTerms } from '@hourglass/facts';
import type { PeriodicJob } from '../periodic-job.ts';
import type { Scratch } from '../scratch.ts';

/** Seals hot facts into segments. */
export function sealFactsJob(ports: SealFactsPorts, terms: SealingTerms, scratch: Scratch): PeriodicJob {
  return {
    name: 'seal-facts',
    everyMs: 1_000,
    run: (signal) => scratch.within((directory) => sealFacts(ports, { terms, directory, signal })),
  };
}

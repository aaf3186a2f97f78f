import path from 'node:path';
import type { Database } from '@hourglass/database';
import { createSegmentWriter } from '@hourglass/engine-duckdb';
import type { RemovedFacts } from '@hourglass/facts';
import type { Logger, Settings } from '@hourglass/platform';
import { catalogue } from '@hourglass/query';
import {
  removeAbandonedScratch,
  type ObjectStore,
  type PartialFiles,
  type SegmentFiles,
} from '@hourglass/reports';
import { mergeSegmentsJob } from './jobs/merge-segments.ts';
import { rewriteSegmentsJob } from './jobs/rewrite-segments.ts';
import { preparePartialsJob } from './jobs/prepare-partials.ts';
import { sealFactsJob } from './jobs/seal-facts.ts';
import { sweepPartialsJob } from './jobs/sweep-partials.ts';
import { sweepSegmentsJob } from './jobs/sweep-segments.ts';
import type { PeriodicJob } from './periodic-job.ts';
import { createScratch } from './scratch.ts';

interface SegmentAdapters {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly segmentFiles: SegmentFiles;
  /** Null: none are kept. */
  readonly partials: PartialFiles | null;
  readonly crashPoint: (point: string) => void;
  readonly scratchDirectory: string;
}

/** Share of the engine's memory for sealing and merging. Queries share the rest. */
export const segmentMemoryShare = 0.22;
/** Writing one segment takes seconds, a large merge minutes. */
const maxSegmentMs = 3_600_000;
/** Maximum number of facts sealed into one segment. */
const maxSealedFacts = 1_000_000;
/** Fewer segments of one size are not merged. */
const minMergedSegments = 4;

/** Periodic jobs that seal, merge and delete segments. */
export function createSegmentJobs(
  settings: Settings<'worker'>,
  { database, objects, segmentFiles, partials, crashPoint, scratchDirectory }: SegmentAdapters,
  log: Logger,
): PeriodicJob[] {
  const writer = createSegmentWriter({
    memoryMb: Math.floor(settings.engineMemoryMb * segmentMemoryShare),
    // Each thread holds a row group in memory, and queries need the other processors.
    threads: 1,
  });
  const ports = {
    ...{ segments: database.segments, writer },
    objects,
    place: segmentFiles.place,
    crashPoint,
    onRemoved: (removed: RemovedFacts) => log.info(removed, 'removed facts from a segment'),
  };
  const directory = path.join(scratchDirectory, 'segments');
  removeAbandonedScratch(directory, maxSegmentMs).catch((error: unknown) => {
    log.warn({ err: error }, 'cannot remove scratch directories of earlier processes');
  });
  const scratch = createScratch(directory);
  const mergeTerms = { targetFacts: settings.segmentFacts, minSegments: minMergedSegments };
  return [
    sealFactsJob(ports, { ...settings.sealing, maxFacts: maxSealedFacts }, scratch),
    mergeSegmentsJob(ports, mergeTerms, scratch),
    rewriteSegmentsJob(ports, scratch),
    sweepSegmentsJob(ports),
    ...(partials === null
      ? []
      : [
          sweepPartialsJob({ segments: database.segments, partials }),
          preparePartialsJob(
            { catalogue, segments: database.segments, segmentFiles, partials, writer },
            scratch,
          ),
        ]),
  ];
}

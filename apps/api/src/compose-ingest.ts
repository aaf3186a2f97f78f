import path from 'node:path';
import type { Database } from '@hourglass/database';
import { createNdjsonEncoder } from '@hourglass/engine-duckdb';
import { cacheCount, createByteBudget } from '@hourglass/facts';
import type { ApiMetrics, Settings } from '@hourglass/platform';
import { createKeyedSemaphore, createSemaphore, type ObjectStore } from '@hourglass/reports';
import type { RouteServices } from './route-services.ts';
import { createUploadAdmission } from './uploads/upload-admission.ts';
import { createUploadWatch } from './uploads/upload-watch.ts';

/** Number of hot facts above which new batches wait. Sealing starts far below it. */
const maxHotFacts = 800_000;
const sealingPollMs = 100;
/** Concurrent conversions of batch files to segments. They share the configured memory. */
const concurrentConversions = 2;
const maxConversionSpillMb = 1024;
/** Bodies that are being received may take this part of the memory of the engine for batches. */
const bodyMemoryShare = 4;
/** Batches that are written at the same time, and so the most connections that they hold. */
const batchWrites = { permits: 8, permitsPerKey: 6 };
/** Blank lines of a batch: enough for a file with one after each of its facts. */
const maxBlankLines = 100_000;

export function composeBulk(
  settings: Settings<'api'>,
  database: Database,
  objects: ObjectStore,
): RouteServices['bulk'] {
  return {
    encoder: createNdjsonEncoder({
      directory: batchScratchOf(settings),
      memoryMb: Math.floor(settings.ingestMemoryMb / concurrentConversions),
      semaphore: createSemaphore(concurrentConversions),
      maxSpillMb: maxConversionSpillMb,
    }),
    segments: database.segments,
    objects,
    maxHotRows: settings.bulkBatchRows,
  };
}

export function composeUploads(settings: Settings<'api'>, metrics: ApiMetrics): RouteServices['uploads'] {
  const { uploads, ingestMemoryMb } = settings;
  const admission = createUploadAdmission(uploads);
  metrics.watchUploads(() => admission.count());
  return {
    admission,
    watch: createUploadWatch(uploads),
    limits: { maxBytes: uploads.maxBatchBytes, maxLines: uploads.maxBatchLines, maxBlankLines },
    memory: createByteBudget((ingestMemoryMb / bodyMemoryShare) * 1024 * 1024),
    scratchDirectory: batchScratchOf(settings),
    writes: createKeyedSemaphore(batchWrites),
  };
}

export function sealingPaceOf(settings: Settings<'api'>, database: Database): RouteServices['sealingPace'] {
  return {
    countHotFacts: cacheCount(() => database.segments.countHotFacts(), {
      maxAgeMs: sealingPollMs,
      nowMs: () => performance.now(),
    }),
    maxHotFacts: Math.max(maxHotFacts, 2 * settings.sealing.minFacts),
    maxWaitMs: 5_000,
    pollEveryMs: sealingPollMs,
  };
}

export function batchScratchOf({ dataDirectory }: Settings<'api'>): string {
  return path.join(dataDirectory, 'scratch', 'batches');
}

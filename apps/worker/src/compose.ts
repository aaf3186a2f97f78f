import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createArchiveWriter, manifestSigningKey, type ManifestOptions } from '@hourglass/archive';
import { openDatabase, type Database } from '@hourglass/database';
import { createDuckDbEngine, createSegmentWriter, duckDbVersion } from '@hourglass/engine-duckdb';
import { createDoorbell, openConsumer } from '@hourglass/job-queue';
import { createSegmentFiles, openObjectStore } from '@hourglass/object-store';
import { requireDatabaseUrl, requireRedisUrl, type Logger, type Settings } from '@hourglass/platform';
import { catalogue, checkCatalogue } from '@hourglass/query';
import {
  createCancellations,
  manifestSeed,
  removeAbandonedScratch,
  runWaitingQueries,
  type RunQueryPorts,
  type RunQueryTerms,
} from '@hourglass/reports';
import { createAttemptScratch } from './attempt-scratch.ts';
import { crashAt } from './crash-point.ts';
import { expireResultsJob } from './jobs/expire-results.ts';
import { deleteExpiredIdempotencyKeysJob } from './jobs/delete-expired-idempotency-keys.ts';
import { heartbeatJob } from './jobs/heartbeat.ts';
import { mergeSegmentsJob } from './jobs/merge-segments.ts';
import { reconcileJob } from './jobs/reconcile.ts';
import { sealFactsJob } from './jobs/seal-facts.ts';
import { sweepArchivesJob } from './jobs/sweep-archives.ts';
import { sweepScratchJob } from './jobs/sweep-scratch.ts';
import { sweepSegmentsJob } from './jobs/sweep-segments.ts';
import { oneAtATime, startPeriodicJob } from './periodic-job.ts';
import { createScratch } from './scratch.ts';
import { startWatchdog } from './watchdog.ts';

export interface WorkerProcess {
  close(): Promise<void>;
}

const leaseMs = 15_000;
/** Attempts whose worker died are among them; five that failed end a query earlier. */
const maxAttempts = 20;
/** Of the setting, after each failed attempt. */
const retryDelayFactors = [1, 10, 60, 300] as const;
/** How long past its deadline an attempt may be there before the process is killed. */
const watchdogGraceMs = 10_000;
const closeDeadlineMs = 4_000;
/** With less room on the disk no attempt begins: it would take what other processes need to end. */
const minFreeScratchBytes = 256 * 1024 * 1024;
/** Of the engine's memory, for sealing and merging. The rest is shared by queries. */
const segmentMemoryShare = 0.22;
/** Writing one segment takes seconds, a large merge minutes. */
const maxSegmentMs = 3_600_000;
/** Facts that are sealed into one segment at most. */
const maxSealedFacts = 1_000_000;
/** Fewer segments of a size are left as they are. */
const minMergedSegments = 4;

/** Builds the worker out of its adapters and starts it. The only file of this app that knows them. */
export async function composeWorker(settings: Settings, log: Logger): Promise<WorkerProcess> {
  checkCatalogue(catalogue);
  const redisUrl = requireRedisUrl(settings);
  const concurrency = settings.workerConcurrency;
  // A query holds one connection while it copies facts, sealing and merging two; the rest is for leases and other jobs.
  const copyPoolSize = concurrency + 3;
  const database = openDatabase({
    url: requireDatabaseUrl(settings),
    poolSize: copyPoolSize + 4,
    copyPoolSize,
  });
  const doorbell = createDoorbell({ redisUrl });
  const store = { folder: path.join(settings.dataDirectory, 'store'), s3: settings.s3 };
  const objects = await openObjectStore(store);
  const segmentFiles = createSegmentFiles(store, {
    objects,
    cache: {
      directory: path.join(settings.dataDirectory, 'cache', 'segments'),
      maxBytes: settings.segmentCacheBytes,
    },
  });
  const scratchDirectory = path.join(settings.dataDirectory, 'scratch');
  const cancellations = createCancellations();
  const crashPoint = crashAt(settings.crashPoint);
  const watchdog = startWatchdog({ graceMs: watchdogGraceMs });
  const ports: RunQueryPorts = {
    catalogue,
    queries: database.queries,
    factSource: database.factSource,
    segmentFiles,
    engine: createDuckDbEngine({
      directory: scratchDirectory,
      memoryMb: Math.floor(settings.engineMemoryMb * (1 - segmentMemoryShare)),
      threads: settings.engineThreads,
      maxConcurrentRuns: concurrency,
      maxSpillMb: settings.queryScratchMb,
    }),
    archives: createArchiveWriter({
      threads: settings.engineThreads,
      manifest: settings.resultManifest ? await manifestOptions(settings, database) : null,
    }),
    objects,
    cancellations,
    scratch: createAttemptScratch(createScratch(scratchDirectory), {
      directory: scratchDirectory,
      minFreeBytes: minFreeScratchBytes,
      maxBytes: settings.queryScratchMb * 1024 * 1024,
    }),
    watchdog,
    crashPoint,
    log,
  };
  const terms: RunQueryTerms = {
    leaseMs,
    maxAttempts,
    timeoutMs: settings.queryTimeoutMs,
    resultTtlSeconds: settings.resultTtlSeconds,
    retryDelaysMs: retryDelayFactors.map((factor) => factor * settings.retryDelayMs),
  };
  const segmentPorts = {
    segments: database.segments,
    writer: createSegmentWriter({
      memoryMb: Math.floor(settings.engineMemoryMb * segmentMemoryShare),
      // Each thread holds a row group; and the machine's others are for queries.
      threads: 1,
    }),
    objects,
    place: segmentFiles.place,
    crashPoint,
  };
  const segmentFolder = path.join(scratchDirectory, 'segments');
  const segmentScratch = createScratch(segmentFolder);
  removeAbandonedScratch(segmentFolder, maxSegmentMs).catch((error: unknown) => {
    log.warn({ err: error }, 'what earlier processes left in the scratch could not be removed');
  });
  const listening = database.cancelSignals.listen((queryId) => cancellations.abort(queryId), log);
  const jobs = [
    startPeriodicJob(heartbeatJob(settings.dataDirectory), log),
    startPeriodicJob(
      // What waits is begun as soon as there is a worker, also when the queue has forgotten it.
      oneAtATime(reconcileJob({ queries: database.queries, doorbell }, terms), database.periodicJobs, {
        alsoFirst: true,
      }),
      log,
    ),
    startPeriodicJob(
      oneAtATime(deleteExpiredIdempotencyKeysJob({ queries: database.queries }), database.periodicJobs),
      log,
    ),
    startPeriodicJob(
      sweepScratchJob({ queries: database.queries }, { scratchDirectory, maxRunMs: settings.queryTimeoutMs }),
      log,
    ),
    startPeriodicJob(
      oneAtATime(sweepArchivesJob({ queries: database.queries, objects }), database.periodicJobs),
      log,
    ),
    startPeriodicJob(expireResultsJob({ queries: database.queries, objects }), log),
    startPeriodicJob(
      sealFactsJob(segmentPorts, { ...settings.sealing, maxFacts: maxSealedFacts }, segmentScratch),
      log,
    ),
    startPeriodicJob(
      mergeSegmentsJob(
        segmentPorts,
        { targetFacts: settings.segmentFacts, minSegments: minMergedSegments },
        segmentScratch,
      ),
      log,
    ),
    startPeriodicJob(sweepSegmentsJob(segmentPorts, settings), log),
  ];
  const consumer = openConsumer({
    redisUrl,
    concurrency,
    log,
    run: (signal) => runWaitingQueries(ports, terms, signal),
  });
  return {
    async close() {
      await Promise.all([listening.stop(), ...jobs.map((job) => job.stop())]);
      await consumer.close({ deadlineMs: closeDeadlineMs });
      await doorbell.close();
      await database.close();
      await watchdog.close();
      objects.close();
    },
  };
}

async function manifestOptions(settings: Settings, database: Database): Promise<ManifestOptions> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return {
    hourglassVersion: (JSON.parse(text) as { version: string }).version,
    duckDbVersion: duckDbVersion(),
    // Read when an archive is signed: a worker also starts while there is no database.
    signingKey: async () =>
      manifestSigningKey(await manifestSeed(settings.manifestKey, database.signingKeys)),
  };
}

import path from 'node:path';
import { createArchiveWriter, manifestSigningKey, type ManifestOptions } from '@hourglass/archive';
import { openDatabase, type Database } from '@hourglass/database';
import { createClickHouseEngine, type ClickHouseEngine } from '@hourglass/engine-clickhouse';
import { createDuckDbEngine } from '@hourglass/engine-duckdb';
import { createDoorbell, openConsumer } from '@hourglass/job-queue';
import { createPartialFiles, createSegmentFiles, openObjectStore } from '@hourglass/object-store';
import { createOutbound, type Outbound } from '@hourglass/outbound';
import {
  describeOutage,
  requireDatabaseUrl,
  requireRedisUrl,
  softwareVersion,
  StartError,
  type CheckedService,
  type Logger,
  type Settings,
} from '@hourglass/platform';
import { catalogue, checkCatalogue } from '@hourglass/query';
import {
  createCancellations,
  manifestSeed,
  RunSlots,
  runWaitingQueries,
  type PartialFiles,
  type RunQueryPorts,
  type RunQueryTerms,
} from '@hourglass/reports';
import { createAttemptScratch } from './attempt-scratch.ts';
import { createDeliveryJobs } from './compose-deliveries.ts';
import { createSegmentJobs, segmentMemoryShare } from './compose-segments.ts';
import { crashAt } from './crash-point.ts';
import { expireResultsJob } from './jobs/expire-results.ts';
import { deleteExpiredEventsJob } from './jobs/delete-expired-events.ts';
import { deleteExpiredQueryEventsJob } from './jobs/delete-expired-query-events.ts';
import { deleteExpiredIdempotencyKeysJob } from './jobs/delete-expired-idempotency-keys.ts';
import { deleteExpiredLinksJob } from './jobs/delete-expired-links.ts';
import { deleteSeenChangesJob } from './jobs/delete-seen-changes.ts';
import { heartbeatJob } from './jobs/heartbeat.ts';
import { reconcileJob } from './jobs/reconcile.ts';
import { deleteExpiredScheduleRunsJob } from './jobs/delete-expired-schedule-runs.ts';
import { runSchedulesJob } from './jobs/run-schedules.ts';
import { settleScheduleRunsJob } from './jobs/settle-schedule-runs.ts';
import { runSmallQueriesJob, watchWaitingJob } from './jobs/serve-waiting.ts';
import { sweepArchivesJob } from './jobs/sweep-archives.ts';
import { sweepDeletedTenantsJob } from './jobs/sweep-deleted-tenants.ts';
import { sweepScratchJob } from './jobs/sweep-scratch.ts';
import { oncePerInterval, startPeriodicJob, type PeriodicJob } from './periodic-job.ts';
import { createScratch } from './scratch.ts';
import { startWatchdog, type RunningWatchdog } from './watchdog.ts';

export interface WorkerProcess {
  /** The services that queries need. */
  readonly services: readonly CheckedService[];
  close(): Promise<void>;
}

/** Relative to this file and to the bundle, which are at the same depth. */
const packageManifest = new URL('../package.json', import.meta.url);
const leaseMs = 15_000;
/** Includes attempts whose worker died. Five failed attempts end a query earlier. */
const maxAttempts = 20;
/** Multiples of the retry delay setting, one for each failed attempt. */
const retryDelayFactors = [1, 10, 60, 300] as const;
/** The process is killed when an attempt is still running this long after its deadline. */
const watchdogGraceMs = 10_000;
const closeDeadlineMs = 4_000;
const clusterCheckMs = 30_000;
/** No attempt starts with less free disk space, which running attempts need to finish. */
const minFreeScratchBytes = 256 * 1024 * 1024;
/** Runs small queries while others hold all slots. */
const reservedSlots = 1;
/** Paused runs for each slot. They use disk space and no memory of the engine. */
const maxPausedRunsPerSlot = 2;

/** Refused credentials in the audit log, about 150 MB. */
const maxRefusals = 500_000;
/** A client that reconnects within this time misses no event. */
const queryEventDays = 7;
/** The history of a schedule. */
const scheduleRunDays = 90;

/** From connecting to the head of the response. */
const deliveryTimeoutMs = 15_000;

/** The adapters that queries, jobs and the shutdown share. */
interface Adapters {
  readonly database: Database;
  readonly doorbell: ReturnType<typeof createDoorbell>;
  readonly objects: Awaited<ReturnType<typeof openObjectStore>>;
  readonly segmentFiles: ReturnType<typeof createSegmentFiles>;
  /** Null: none are kept. */
  readonly partials: PartialFiles | null;
  readonly outbound: Outbound;
  /** Null: there is none. */
  readonly cluster: ClickHouseEngine | null;
  readonly watchdog: RunningWatchdog;
  readonly crashPoint: (point: string) => void;
  readonly scratchDirectory: string;
}

/** Builds the worker from its adapters and starts it. Only the compose files of this app construct adapters. */
export async function composeWorker(settings: Settings<'worker'>, log: Logger): Promise<WorkerProcess> {
  checkCatalogue(catalogue);
  const adapters = await openAdapters(settings, log);
  const { database, doorbell, outbound, cluster, watchdog, objects } = adapters;
  if (settings.engine === 'clickhouse') await requireCluster(cluster);
  const ports = await createRunPorts(settings, adapters, log);
  const terms = runTerms(settings);
  const slots = new RunSlots({
    slots: settings.workerConcurrency,
    maxPaused: maxPausedRunsPerSlot * settings.workerConcurrency,
  });
  const listening = database.cancelSignals.listen((queryId) => ports.cancellations.abort(queryId), log);
  const periodicJobs = [
    ...createQueryJobs(settings, adapters, terms),
    ...createScheduleJobs(settings, adapters, log),
    watchWaitingJob(ports, { terms, slots }),
    runSmallQueriesJob(ports, { terms, slots, maxFacts: settings.smallQueryFacts }),
    ...createSegmentJobs(settings, adapters, log),
    ...createDeliveryJobs(settings, adapters, log),
  ];
  const jobs = periodicJobs.map((job) => startPeriodicJob(job, log));
  const consumer = openConsumer({
    redisUrl: requireRedisUrl(settings),
    concurrency: settings.workerConcurrency,
    log,
    run: (signal) => runWaitingQueries(ports, { terms, slots }, signal),
  });
  return {
    services: servicesOf(adapters),
    async close() {
      await Promise.all([listening.stop(), ...jobs.map((job) => job.stop())]);
      await consumer.close({ deadlineMs: closeDeadlineMs });
      outbound.close();
      await cluster?.close();
      await doorbell.close();
      await database.close();
      await watchdog.close();
      objects.close();
    },
  };
}

/** @throws StartError if a worker that may only use the cluster does not reach it */
async function requireCluster(cluster: ClickHouseEngine | null): Promise<void> {
  await cluster?.check(AbortSignal.timeout(clusterCheckMs)).catch((error: unknown) => {
    throw new StartError(describeOutage('cluster', error), { cause: error });
  });
}

function servicesOf({ database, doorbell, objects, cluster }: Adapters): CheckedService[] {
  const services: CheckedService[] = [
    { name: 'database', check: () => database.check() },
    { name: 'queue', check: () => doorbell.check() },
    { name: 'object store', check: () => objects.check() },
  ];
  if (cluster === null) return services;
  const check = async () => void (await cluster.check(AbortSignal.timeout(clusterCheckMs)));
  return [...services, { name: 'cluster', check }];
}

async function openAdapters(settings: Settings<'worker'>, log: Logger): Promise<Adapters> {
  // A query holds one connection while it copies facts; sealing, merging and rewriting hold two. The others serve leases
  // and jobs.
  const copyPoolSize = settings.workerConcurrency + reservedSlots + 5;
  const database = openDatabase({
    url: requireDatabaseUrl(settings),
    as: 'worker',
    poolSize: copyPoolSize + 4,
    copyPoolSize,
    retentionDays: settings.retentionDays,
    software: await softwareVersion(packageManifest),
  });
  const doorbell = createDoorbell({ redisUrl: requireRedisUrl(settings) });
  const store = { folder: path.join(settings.dataDirectory, 'store'), s3: settings.s3 };
  const objects = await openObjectStore(store);
  const segmentFiles = createSegmentFiles(store, {
    objects,
    cache: {
      directory: path.join(settings.dataDirectory, 'cache', 'segments'),
      maxBytes: settings.segmentCacheBytes,
    },
  });
  return {
    database,
    doorbell,
    objects,
    segmentFiles,
    partials: partialFilesOf(settings, log),
    cluster:
      settings.cluster &&
      createClickHouseEngine({
        ...settings.cluster,
        timeoutMs: settings.queryTimeoutMs,
        onUntestedVersion: (message) => log.warn(message),
      }),
    outbound: createOutbound({ ...settings.delivery, timeoutMs: deliveryTimeoutMs }),
    watchdog: startWatchdog({ graceMs: watchdogGraceMs }),
    crashPoint: crashAt(settings.crashPoint),
    scratchDirectory: path.join(settings.dataDirectory, 'scratch'),
  };
}

async function createRunPorts(
  settings: Settings<'worker'>,
  adapters: Adapters,
  log: Logger,
): Promise<RunQueryPorts> {
  const { database, objects, segmentFiles, partials, cluster, watchdog, crashPoint, scratchDirectory } =
    adapters;
  const { engine, clusterMinFacts } = settings;
  return {
    catalogue,
    queries: database.queries,
    factSource: database.factSource,
    segmentFiles,
    partials,
    engine: createDuckDbEngine({
      directory: scratchDirectory,
      memoryMb: Math.floor(settings.engineMemoryMb * (1 - segmentMemoryShare)),
      threads: settings.engineThreads,
      maxConcurrentRuns: settings.workerConcurrency + reservedSlots,
      maxSpillMb: settings.queryScratchMb,
    }),
    cluster: cluster && {
      engine: cluster,
      settings: { engine, clusterMinFacts, hasCluster: true },
      countFallback: () => database.eventCounts.add('cluster_fallback'),
    },
    archives: createArchiveWriter({
      threads: settings.engineThreads,
      manifest: settings.resultManifest ? await manifestOptions(settings, database) : null,
    }),
    objects,
    cancellations: createCancellations(),
    scratch: createAttemptScratch(createScratch(scratchDirectory), {
      directory: scratchDirectory,
      minFreeBytes: minFreeScratchBytes,
      maxBytes: settings.queryScratchMb * 1024 * 1024,
    }),
    watchdog,
    crashPoint,
    log,
  };
}

function partialFilesOf(
  { partialsBytes, dataDirectory }: Settings<'worker'>,
  log: Logger,
): PartialFiles | null {
  if (partialsBytes === 0) return null;
  return createPartialFiles({
    directory: path.join(dataDirectory, 'cache', 'partials'),
    maxBytes: partialsBytes,
    onFault: (error) =>
      log.warn({ err: error }, 'partial aggregates could not be kept or read; reports read facts'),
  });
}

function runTerms({ queryTimeoutMs, resultTtlSeconds, retryDelayMs }: Settings<'worker'>): RunQueryTerms {
  return {
    leaseMs,
    maxAttempts,
    timeoutMs: queryTimeoutMs,
    resultTtlSeconds,
    retryDelaysMs: retryDelayFactors.map((factor) => factor * retryDelayMs),
  };
}

/** Periodic jobs around the life of a query and its result. */
function createQueryJobs(
  { dataDirectory, queryTimeoutMs, auditDays }: Settings<'worker'>,
  { database, doorbell, objects, scratchDirectory }: Adapters,
  terms: RunQueryTerms,
): PeriodicJob[] {
  const { audit, queries, periodicJobs, resultLinks, expiredQueryEvents } = database;
  return [
    heartbeatJob(dataDirectory),
    // Also runs at the start, so that waiting queries begin at once even when the queue lost their wake-ups.
    oncePerInterval(reconcileJob({ queries, doorbell }, terms), periodicJobs, { alsoAtStart: true }),
    oncePerInterval(deleteExpiredIdempotencyKeysJob({ queries }), periodicJobs),
    oncePerInterval(deleteExpiredLinksJob({ resultLinks }), periodicJobs),
    oncePerInterval(deleteExpiredQueryEventsJob(expiredQueryEvents, { days: queryEventDays }), periodicJobs),
    oncePerInterval(deleteSeenChangesJob({ queries }), periodicJobs),
    oncePerInterval(deleteExpiredEventsJob({ audit }, { days: auditDays, maxRefusals }), periodicJobs),
    sweepScratchJob({ queries }, { scratchDirectory, maxRunMs: queryTimeoutMs }),
    oncePerInterval(sweepArchivesJob({ queries, objects }), periodicJobs),
    oncePerInterval(sweepDeletedTenantsJob({ tenants: database.deletedTenants, objects }), periodicJobs),
    expireResultsJob({ queries, objects }),
  ];
}

/** Periodic jobs that submit the queries of schedules and record their outcome. */
function createScheduleJobs(
  { scheduleLimits }: Settings<'worker'>,
  { database, doorbell }: Adapters,
  log: Logger,
): PeriodicJob[] {
  const { dueSchedules: schedules, customFields, scans, periodicJobs } = database;
  const ports = { catalogue, customFields, scans, schedules, doorbell };
  return [
    runSchedulesJob(ports, { defaultMaxActive: scheduleLimits.scheduledQueries }, log),
    settleScheduleRunsJob(schedules),
    oncePerInterval(deleteExpiredScheduleRunsJob(schedules, { days: scheduleRunDays }), periodicJobs),
  ];
}

async function manifestOptions(settings: Settings<'worker'>, database: Database): Promise<ManifestOptions> {
  let signingKey: ReturnType<typeof manifestSigningKey> | null = null;
  return {
    hourglassVersion: await softwareVersion(packageManifest),
    // Read when the first archive is signed, because a worker also starts while the database is down. It never changes.
    async signingKey() {
      signingKey ??= manifestSigningKey(await manifestSeed(settings.manifestKey, database.signingKeys));
      return signingKey;
    },
  };
}

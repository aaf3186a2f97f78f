import path from 'node:path';
import { openDatabase } from '@hourglass/database';
import { createDuckDbEngine } from '@hourglass/engine-duckdb';
import { createDoorbell, openConsumer } from '@hourglass/job-queue';
import { openObjectStore } from '@hourglass/object-store';
import { requireDatabaseUrl, requireRedisUrl, type Logger, type Settings } from '@hourglass/platform';
import { catalogue, checkCatalogue } from '@hourglass/query';
import { createCancellations, runQuery, type RunQueryPorts, type RunQueryTerms } from '@hourglass/reports';
import { createArchiveWriter } from '@hourglass/result-files';
import { expireResultsJob } from './jobs/expire-results.ts';
import { heartbeatJob } from './jobs/heartbeat.ts';
import { reconcileJob } from './jobs/reconcile.ts';
import { startPeriodicJob } from './periodic-job.ts';

export interface WorkerProcess {
  close(): Promise<void>;
}

const leaseMs = 15_000;
const maxAttempts = 5;
const closeDeadlineMs = 4_000;

/** Builds the worker out of its adapters and starts it. The only file of this app that knows them. */
export async function composeWorker(settings: Settings, log: Logger): Promise<WorkerProcess> {
  checkCatalogue(catalogue);
  const redisUrl = requireRedisUrl(settings);
  const concurrency = settings.workerConcurrency;
  // A query holds one connection while it copies facts; the rest is for leases and periodic jobs.
  const database = openDatabase({ url: requireDatabaseUrl(settings), poolSize: concurrency + 4 });
  const doorbell = createDoorbell({ redisUrl });
  const objects = await openObjectStore({
    folder: path.join(settings.dataDirectory, 'store'),
    s3: settings.s3,
  });
  const cancellations = createCancellations();
  const ports: RunQueryPorts = {
    catalogue,
    queries: database.queries,
    factSource: database.factSource,
    engine: createDuckDbEngine({
      catalogue,
      memoryMb: settings.engineMemoryMb,
      threads: settings.engineThreads,
      maxConcurrentRuns: concurrency,
    }),
    archives: createArchiveWriter({ threads: settings.engineThreads }),
    objects,
    cancellations,
    log,
  };
  const terms: RunQueryTerms = {
    leaseMs,
    maxAttempts,
    timeoutMs: settings.queryTimeoutMs,
    resultTtlSeconds: settings.resultTtlSeconds,
    scratchDirectory: path.join(settings.dataDirectory, 'scratch'),
  };
  const listening = database.cancelSignals.listen((queryId) => cancellations.cancelled(queryId), log);
  const jobs = [
    startPeriodicJob(heartbeatJob(settings.dataDirectory), log),
    startPeriodicJob(reconcileJob({ queries: database.queries, doorbell }), log),
    startPeriodicJob(expireResultsJob({ queries: database.queries, objects }), log),
  ];
  const consumer = openConsumer({
    redisUrl,
    concurrency,
    log,
    run: (queryId, signal) => runQuery(queryId, ports, terms, signal),
  });
  return {
    async close() {
      await Promise.all([listening.stop(), ...jobs.map((job) => job.stop())]);
      await consumer.close({ deadlineMs: closeDeadlineMs });
      await doorbell.close();
      await database.close();
      objects.close();
    },
  };
}

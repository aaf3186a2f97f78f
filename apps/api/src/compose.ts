import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Express } from 'express';
import { createArchiveReader, describeManifestKey, manifestSigningKey } from '@hourglass/archive';
import { migrate, openDatabase, type Database } from '@hourglass/database';
import { createDuckDbEngine, createNdjsonEncoder } from '@hourglass/engine-duckdb';
import { cacheCount } from '@hourglass/facts';
import { createDoorbell } from '@hourglass/job-queue';
import {
  createSegmentFiles,
  openObjectStore,
  prepareObjectStore,
  type ObjectStoreChoice,
} from '@hourglass/object-store';
import {
  createApiMetrics,
  requireDatabaseUrl,
  requireRedisUrl,
  type Logger,
  type Settings,
} from '@hourglass/platform';
import { catalogue, checkCatalogue } from '@hourglass/query';
import { createSemaphore, manifestSeed, removeAbandonedScratch, statsTimeoutMs } from '@hourglass/reports';
import { createApp } from './app.ts';
import { adminLog } from './http/admin-log.ts';
import { rememberPasswords } from './http/remember-passwords.ts';
import { newAccessKey, newPassword, newToken } from './new-secrets.ts';
import { createRoutes } from './routes.ts';

export interface Api {
  readonly app: Express;
  close(): Promise<void>;
}

/** A call into DuckDB holds a thread of libuv's pool; the other two of the usual four are for files and hashes. */
const concurrentStats = 2;
/** Of instruments, orders, consumption and dry runs, which may take seconds. Half of the connections that polls need too. */
const concurrentRecordReads = 2;
const maxStatsSpillMb = 1024;
/** Facts that may be hot before those who bring more are slowed down; sealing begins long before. */
const maxHotFacts = 800_000;
const sealingPollMs = 100;
/** Of files of large batches. They share the memory of the setting. */
const concurrentConversions = 2;
/** Of a body that comes in slowly; what is older in the scratch was left behind. */
const maxBatchMs = 24 * 3_600_000;

/** Builds the API out of its adapters. The only file of this app that knows them. */
export async function composeApi(settings: Settings, log: Logger): Promise<Api> {
  checkCatalogue(catalogue);
  const database = openDatabase({ url: requireDatabaseUrl(settings), poolSize: 20 });
  const doorbell = createDoorbell({ redisUrl: requireRedisUrl(settings) });
  const objects = await openObjectStore(storeOf(settings));
  const metrics = createApiMetrics();
  const statsScratch = path.join(settings.dataDirectory, 'scratch', 'stats');
  const batchScratch = path.join(settings.dataDirectory, 'scratch', 'batches');
  Promise.all([
    removeAbandonedScratch(statsScratch, statsTimeoutMs),
    removeAbandonedScratch(batchScratch, maxBatchMs),
  ]).catch((error: unknown) => {
    log.warn({ err: error }, 'what earlier processes left in the scratch could not be removed');
  });
  const routes = createRoutes({
    catalogue,
    database,
    doorbell,
    objects,
    archives: createArchiveReader(),
    manifestKey: async () =>
      describeManifestKey(manifestSigningKey(await manifestSeed(settings.manifestKey, database.signingKeys))),
    metrics,
    publicUrl: settings.publicUrl,
    timeZone: settings.timeZone,
    sealingPace: {
      countHotFacts: cacheCount(() => database.segments.countHotFacts(), {
        maxAgeMs: sealingPollMs,
        nowMs: () => performance.now(),
      }),
      maxHotFacts: Math.max(maxHotFacts, 2 * settings.sealing.minFacts),
      maxWaitMs: 5_000,
      pollEveryMs: sealingPollMs,
    },
    recordReadSemaphore: createSemaphore(concurrentRecordReads),
    limits: settings.limits,
    retentionDays: settings.retentionDays,
    stats: {
      factSource: database.factSource,
      segmentFiles: createSegmentFiles(storeOf(settings), {
        objects,
        cache: {
          directory: path.join(settings.dataDirectory, 'cache', 'segments'),
          maxBytes: settings.segmentCacheBytes,
        },
      }),
      engine: createDuckDbEngine({
        directory: statsScratch,
        memoryMb: settings.statsMemoryMb,
        threads: 1,
        maxConcurrentRuns: concurrentStats,
        maxSpillMb: maxStatsSpillMb,
      }),
      semaphore: createSemaphore(concurrentStats),
      scratchDirectory: statsScratch,
    },
    bulk: {
      encoder: createNdjsonEncoder({
        directory: batchScratch,
        memoryMb: Math.floor(settings.ingestMemoryMb / concurrentConversions),
        semaphore: createSemaphore(concurrentConversions),
      }),
      segments: database.segments,
      objects,
      maxHotRows: settings.bulkBatchRows,
      scratchDirectory: batchScratch,
    },
    nowMs: Date.now,
    newId: randomUUID,
    newPassword,
    newToken,
    newAccessKey,
    secretKey: settings.secretKey,
    record: adminLog(log),
  });
  return {
    app: createApp({ routes, accounts: rememberPasswords(database.accounts), metrics, log }),
    async close() {
      await doorbell.close();
      await database.close();
      objects.close();
    },
  };
}

/** Applies what the schema lacks and makes the store, then hands over the database for the first organization. */
export async function prepare(
  settings: Settings,
  log: Logger,
  then: (database: Database) => Promise<void>,
): Promise<void> {
  const url = requireDatabaseUrl(settings);
  await migrate({ url, log: (message) => log.info(message), catalogue });
  await prepareObjectStore(storeOf(settings));
  const database = openDatabase({ url, poolSize: 2 });
  try {
    await then(database);
  } finally {
    await database.close();
  }
}

function storeOf(settings: Settings): ObjectStoreChoice {
  return { folder: path.join(settings.dataDirectory, 'store'), s3: settings.s3 };
}

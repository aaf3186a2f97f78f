import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createArchiveReader, describeManifestKey, manifestSigningKey } from '@hourglass/archive';
import { migrate, openDatabase, type Database } from '@hourglass/database';
import { createDuckDbEngine, createFactCounter } from '@hourglass/engine-duckdb';
import { createDoorbell } from '@hourglass/job-queue';
import {
  createPartialFiles,
  createSegmentFiles,
  openObjectStore,
  prepareObjectStore,
  type ObjectStoreChoice,
} from '@hourglass/object-store';
import { createTargets } from '@hourglass/outbound';
import {
  createApiMetrics,
  requireDatabaseUrl,
  requireRedisUrl,
  softwareVersion,
  type ApiMetrics,
  type CheckedService,
  type Logger,
  type Settings,
} from '@hourglass/platform';
import { catalogue, checkCatalogue } from '@hourglass/query';
import {
  createKeyedSemaphore,
  createSemaphore,
  manifestSeed,
  removeAbandonedScratch,
  statsTimeoutMs,
  type EngineSettings,
  type KeyedPermits,
  type ObjectStore,
  type PartialFiles,
  type SegmentFiles,
} from '@hourglass/reports';
import { createApp, type AppParts } from './app.ts';
import { closeInTurn } from './close-in-turn.ts';
import { openConsole } from './console/open-console.ts';
import { createApiServer, type ApiServer } from './connections/api-server.ts';
import { readCertificate, type Certificate } from './connections/certificate.ts';
import { startWaiting } from './events/start-waiting.ts';
import { watchCertificate } from './connections/watch-certificate.ts';
import { addressMatcher, countedAddress } from './http/client-address.ts';
import { createEventLoopTurns } from './http/event-loop-turns.ts';
import { sessionCookies } from './http/session-cookie.ts';
import { createRequestRates } from './http/request-rates.ts';
import { newAccessKey, newPassword, newRecoveryCode, newSharedViewSecret, newToken } from './new-secrets.ts';
import { startNotes } from './notes.ts';
import { startPasswords } from './passwords.ts';
import type { RouteServices } from './route-services.ts';
import { createRoutes } from './routes.ts';
import { openOidc } from './sign-in/open-oidc.ts';
import { totpCodes } from './sign-in/totp.ts';
import { batchScratchOf, composeBulk, composeUploads, sealingPaceOf } from './compose-ingest.ts';

export interface Api {
  readonly http: ApiServer;
  /** The services that requests need. */
  readonly services: readonly CheckedService[];
  /** Answers requests that wait for queries, and ends streams. */
  drain(): void;
  close(): Promise<void>;
}

/**
 * Each call into DuckDB holds a thread of libuv's pool and keeps a core busy. So that another
 * organization's statistics begin at once, an organization has one permit fewer than there are; and
 * so that they find a core, one only while others compute statistics.
 */
const statsPermits = {
  permits: 3,
  permitsPerKey: 2,
  amongOthers: { permitsPerKey: 1, presentMs: 2_000 },
} satisfies KeyedPermits;
/**
 * Reads for instruments, orders, consumption and dry runs, which may hold a connection for seconds.
 */
const concurrentRecordReads = 2;
const maxStatsSpillMb = 1024;
/** Counting reads two columns of one row group at a time. */
const countingMemoryMb = 64;
/** Relative to this file and to the bundle, which are at the same depth. */
const packageManifest = new URL('../package.json', import.meta.url);
const migrationsFolder = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));
const consoleFolder = fileURLToPath(new URL('../../console/dist', import.meta.url));
/** Maximum duration of an upload. Older scratch files are orphaned. */
const maxBatchMs = 24 * 3_600_000;

/** Builds the API from its adapters. Only this file constructs them. */
export async function composeApi(settings: Settings<'api'>, log: Logger): Promise<Api> {
  checkCatalogue(catalogue);
  const certificate = settings.tls && (await readCertificate(settings.tls));
  const { metricsToken, publicUrl, timeZone, secretKey } = settings;
  const database = await openApiDatabase(settings);
  const doorbell = createDoorbell({ redisUrl: requireRedisUrl(settings) });
  const objects = await openObjectStore(storeOf(settings));
  const metrics = createApiMetrics();
  const passwords = startPasswords({ ...database, metrics, log });
  removeOrphanedScratch(settings, log);
  const notes = startNotes({ ...database, metrics, log });
  const cookies = sessionCookies(publicUrl);
  const waiting = startWaiting({ ...database, metrics, log });
  const routes = createRoutes({
    ...{ catalogue, database, waiting, doorbell, objects, metrics },
    engines: composeEngines(settings, database, metrics),
    archives: createArchiveReader(),
    manifestKey: () => describeKey(settings, database),
    ...{ metricsToken, publicUrl, timeZone, secretKey },
    sealingPace: sealingPaceOf(settings, database),
    recordReadSemaphore: createSemaphore(concurrentRecordReads),
    ...{ ...limitsOf(settings), ...composeDeliveries(settings, database, metrics) },
    stats: composeStats(settings, database, objects, log),
    turns: createEventLoopTurns(),
    bulk: composeBulk(settings, database, objects),
    ...{ counting: composeCounting(settings, objects), uploads: composeUploads(settings, metrics) },
    nowMs: Date.now,
    newId: randomUUID,
    ...{ passwords, cookies, oidc: openOidc(settings) },
    ...{ newPassword, newToken, newRecoveryCode, newSharedViewSecret, newAccessKey, totp: totpCodes },
    onUncounted: (error) => log.warn({ err: error }, 'the deleted facts could not be counted'),
  });
  const appParts = {
    ...{ routes, cookies, metrics, log, ...notes.parts },
    credentials: { accounts: database.accounts, checkPassword: passwords.check },
    console: await openConsole(settings, consoleFolder, log),
    sharedViews: database.sharedViews,
  };
  const http = composeHttp(settings, { database, certificate }, appParts);
  const watch = certificate && watchCertificate(certificate, { use: http.useCertificate, metrics, log });
  return {
    services: checkedServices({ database, doorbell, objects }),
    http,
    drain: () => waiting.watch.drain(),
    close: () => closeInTurn([watch, waiting, notes, passwords, doorbell, database, objects]),
  };
}

function composeDeliveries({ delivery }: Settings<'api'>, database: Database, metrics: ApiMetrics) {
  metrics.watchDeliveries(() => database.deliveryOverview.count());
  return { targets: createTargets(delivery), sendsMail: delivery.smtpUrl !== null };
}

async function openApiDatabase(settings: Settings<'api'>): Promise<Database> {
  const url = requireDatabaseUrl(settings);
  const software = await softwareVersion(packageManifest);
  return openDatabase({ url, as: 'api', poolSize: 20, retentionDays: settings.retentionDays, software });
}

async function describeKey({ manifestKey }: Settings<'api'>, { signingKeys }: Database) {
  return describeManifestKey(manifestSigningKey(await manifestSeed(manifestKey, signingKeys)));
}

/** The limits of what tenants may submit, store and set. */
function limitsOf({
  limits,
  scheduleLimits,
  turnWeightCeiling,
  retentionDays,
  factTimes,
}: Settings<'api'>): Pick<
  RouteServices,
  'limits' | 'scheduleLimits' | 'defaultCeilings' | 'retentionDays' | 'factTimes'
> {
  const defaultCeilings = { ...limits, ...scheduleLimits, turnWeight: turnWeightCeiling, retentionDays };
  return { limits, scheduleLimits, defaultCeilings, retentionDays, factTimes };
}

function composeHttp(
  settings: Settings<'api'>,
  {
    database: { accessKeys },
    certificate,
  }: { readonly database: Pick<Database, 'accessKeys'>; readonly certificate: Certificate | null },
  parts: Pick<
    AppParts,
    | 'routes'
    | 'credentials'
    | 'cookies'
    | 'console'
    | 'sharedViews'
    | 'metrics'
    | 'log'
    | 'noteUse'
    | 'refusals'
  >,
): ApiServer {
  const { metrics } = parts;
  const isTrustedProxy = addressMatcher(settings.trustedProxies);
  const app = createApp({
    ...parts,
    isTrustedProxy,
    rates: createRequestRates(settings.requestRates, { metrics, nowMs: () => performance.now() }),
    publicUrl: settings.publicUrl,
    speaksTls: certificate !== null,
  });
  return createApiServer({
    app,
    certificate,
    limits: settings.connections,
    ownerOf: ({ remoteAddress = '' }) =>
      isTrustedProxy(remoteAddress) ? null : countedAddress(remoteAddress),
    isKnownAccessKey: async (id) => (await accessKeys.findUsable(id)) !== null,
    metrics,
  });
}

function checkedServices({
  database,
  doorbell,
  objects,
}: Pick<RouteServices, 'database' | 'doorbell' | 'objects'>): readonly CheckedService[] {
  return [
    { name: 'database', check: () => database.check() },
    { name: 'queue', check: () => doorbell.check() },
    { name: 'object store', check: () => objects.check() },
  ];
}

function composeStats(
  settings: Settings<'api'>,
  database: Database,
  objects: ObjectStore,
  log: Logger,
): RouteServices['stats'] {
  const scratchDirectory = statsScratchOf(settings);
  return {
    factSource: database.factSource,
    segmentFiles: segmentFilesOf(settings, objects),
    partials: partialFilesOf(settings, log),
    engine: createDuckDbEngine({
      directory: scratchDirectory,
      memoryMb: settings.statsMemoryMb,
      threads: 1,
      maxConcurrentRuns: statsPermits.permits,
      maxSpillMb: maxStatsSpillMb,
    }),
    semaphore: createKeyedSemaphore(statsPermits),
    scratchDirectory,
  };
}

function composeCounting(settings: Settings<'api'>, objects: ObjectStore): RouteServices['counting'] {
  const scratchDirectory = statsScratchOf(settings);
  return {
    place: segmentFilesOf(settings, objects).place,
    counter: createFactCounter({
      directory: scratchDirectory,
      memoryMb: countingMemoryMb,
      semaphore: createSemaphore(1),
    }),
    scratchDirectory,
  };
}

function segmentFilesOf(settings: Settings<'api'>, objects: ObjectStore): SegmentFiles {
  return createSegmentFiles(storeOf(settings), {
    objects,
    cache: {
      directory: path.join(settings.dataDirectory, 'cache', 'segments'),
      maxBytes: settings.segmentCacheBytes,
    },
  });
}

/** Those of the workers on this machine, too. */
function partialFilesOf({ partialsBytes, dataDirectory }: Settings<'api'>, log: Logger): PartialFiles | null {
  if (partialsBytes === 0) return null;
  return createPartialFiles({
    directory: path.join(dataDirectory, 'cache', 'partials'),
    maxBytes: partialsBytes,
    onFault: (error) =>
      log.warn({ err: error }, 'partial aggregates could not be kept or read; reports read facts'),
  });
}

/** Runs in the background: startup does not wait for it. */
function removeOrphanedScratch(settings: Settings<'api'>, log: Logger): void {
  Promise.all([
    removeAbandonedScratch(statsScratchOf(settings), statsTimeoutMs),
    removeAbandonedScratch(batchScratchOf(settings), maxBatchMs),
  ]).catch((error: unknown) => {
    log.warn({ err: error }, 'cannot remove the scratch files of earlier processes');
  });
}

/** Migrates the schema, creates the object store, then runs `then` with an open database. */
export async function prepare(
  settings: Settings<'migrate'>,
  log: Logger,
  then: (database: Database) => Promise<void>,
): Promise<void> {
  const url = requireDatabaseUrl(settings);
  await migrate({ url, folder: migrationsFolder, log: (message) => log.info(message), catalogue });
  await prepareObjectStore(storeOf(settings));
  const database = openDatabase({ url, as: 'owner', poolSize: 2 });
  try {
    await then(database);
  } finally {
    await database.close();
  }
}

function storeOf(settings: Settings<'api' | 'migrate'>): ObjectStoreChoice {
  return { folder: path.join(settings.dataDirectory, 'store'), s3: settings.s3 };
}

function statsScratchOf({ dataDirectory }: Settings<'api'>): string {
  return path.join(dataDirectory, 'scratch', 'stats');
}

/** The API computes no queries; it tells where they would run. */
function composeEngines(
  { engine, cluster, clusterMinFacts }: Settings<'api'>,
  { eventCounts }: Database,
  metrics: ApiMetrics,
): EngineSettings {
  if (cluster !== null) metrics.watchClusterFallbacks(() => eventCounts.read('cluster_fallback'));
  return { engine, hasCluster: cluster !== null, clusterMinFacts };
}

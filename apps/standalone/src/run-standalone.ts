import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@hourglass/platform';
import { awaitReady } from './await-ready.ts';
import type { EmbeddedService, EmbeddedServices } from './compose.ts';
import { keepRunning, type BackOff, type KeptRunning } from './keep-running.ts';
import { startNodeProgram } from './node-program.ts';
import { describeExit, StartFailed, type Part } from './part.ts';

/** Files of the programs that run as children. */
interface Programs {
  readonly migrate: string;
  readonly api: string;
  readonly worker: string;
}

interface StandaloneSettings {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly dataDirectory: string;
  /** Null: the embedded one. */
  readonly databaseUrl: string | null;
  /** Null: the embedded one. */
  readonly redisUrl: string | null;
  /** Null: the one of the data folder. */
  readonly secretKey: Uint8Array | null;
  /** Queries that a worker runs at the same time. */
  readonly workerConcurrency: number;
}

export interface StandaloneOptions {
  readonly settings: StandaloneSettings;
  readonly embedded: EmbeddedServices;
  readonly programs: Programs;
  /** The environment of the children: ours with these changes. */
  readonly environmentWith: (changes: Readonly<Record<string, string>>) => NodeJS.ProcessEnv;
  readonly backOff: BackOff;
  readonly log: Logger;
  /** Stops everything in order. */
  readonly stop: AbortSignal;
  /** Stops everything without waiting for running work. */
  readonly atOnce: AbortSignal;
  readonly onReady: (url: string) => void;
}

const readyTimeoutMs = 120_000;
/** Together with the 3 s after which PostgreSQL stops waiting for its clients this stays below 10 s. */
const graceMs = 5_000;
const apiHeadStartMs = 1_000;

/** What has been started so far. */
interface Running {
  lock: { release(): Promise<void> } | null;
  readonly services: KeptRunning[];
  worker: KeptRunning | null;
  api: KeptRunning | null;
}

/**
 * Runs all of Hourglass until `stop`: database, queue server, migrations, worker, API. Resolves when everything
 * that it started is gone.
 * @throws StartFailed when it cannot be started; then nothing is left running either
 */
export async function runStandalone(options: StandaloneOptions): Promise<void> {
  const { settings, embedded, programs, stop, log } = options;
  const running: Running = { lock: null, services: [], worker: null, api: null };
  try {
    running.lock = await embedded.lockDataFolder();
    const port = await embedded.portFor(settings.host, settings.port);
    const databaseUrl =
      settings.databaseUrl ?? (await keepService('PostgreSQL', embedded.startDatabase, running, options));
    const redisUrl =
      settings.redisUrl ?? (await keepService('the queue server', embedded.startQueue, running, options));
    const environment = options.environmentWith({
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      HOURGLASS_HOST: settings.host,
      HOURGLASS_PORT: String(port),
      HOURGLASS_DATA_DIR: settings.dataDirectory,
      ...(settings.secretKey === null ? { HOURGLASS_SECRET_KEY: await embedded.secretKey() } : {}),
    });
    await migrate(environment, options);
    running.worker = await keepProgram(
      'the worker',
      programs.worker,
      { ...environment, UV_THREADPOOL_SIZE: String(workerPoolThreads(settings.workerConcurrency)) },
      options,
    );
    running.api = await keepProgram('the API', programs.api, environment, options);
    await awaitReady({
      url: httpUrl(reachableHost(settings.host), port),
      apiExited: running.api.firstExited,
      timeoutMs: readyTimeoutMs,
      signal: stop,
    });
    options.onReady(httpUrl(settings.host, port));
    await aborted(stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    await stopInOrder(running, log);
  }
}

async function stopInOrder({ lock, services, worker, api }: Running, log: Logger): Promise<void> {
  log.info('stopping');
  // Nothing new comes in while the worker hands back what it is doing, but a slow download does not hold it up.
  const apiStopped = api?.stop();
  await Promise.race([apiStopped, delay(apiHeadStartMs, undefined, { ref: false })]);
  await Promise.all([apiStopped, worker?.stop()]);
  await Promise.all(services.map((service) => service.stop()));
  await lock?.release();
  log.info('stopped');
}

/** The URL of an embedded service that is kept running from now on. */
async function keepService(
  name: string,
  start: () => Promise<EmbeddedService>,
  running: Running,
  { backOff, log, stop }: StandaloneOptions,
): Promise<string> {
  const service = await start();
  let next: () => Promise<Part> = () => Promise.resolve(service.first);
  const kept = await keepRunning({
    name,
    backOff,
    log,
    start: () => {
      const starting = next();
      next = service.startAgain;
      return starting;
    },
  });
  running.services.push(kept);
  stop.throwIfAborted();
  return service.url;
}

async function keepProgram(
  name: string,
  entry: string,
  environment: NodeJS.ProcessEnv,
  { backOff, log, atOnce, stop }: StandaloneOptions,
): Promise<KeptRunning> {
  stop.throwIfAborted();
  return keepRunning({
    name,
    backOff,
    log,
    start: () => startNodeProgram({ entry, environment, graceMs, atOnce }),
  });
}

/** Brings the database to this version's schema and creates the first organization, if there is none. */
async function migrate(
  environment: NodeJS.ProcessEnv,
  { programs, atOnce, stop }: StandaloneOptions,
): Promise<void> {
  const program = await startNodeProgram({ entry: programs.migrate, environment, graceMs, atOnce });
  const interrupt = () => void program.stop();
  stop.addEventListener('abort', interrupt, { once: true });
  const exit = await program.exited;
  stop.removeEventListener('abort', interrupt);
  stop.throwIfAborted();
  if (exit.code !== 0) throw new StartFailed(`preparing the database ended with ${describeExit(exit)}`);
}

/**
 * A call into DuckDB holds a thread of libuv's pool for as long as it takes. With the default of four, a few
 * long queries would leave none for files, gzip and names.
 */
function workerPoolThreads(concurrency: number): number {
  return concurrency * 2 + 4;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

function httpUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where a client on this machine reaches a server that listens on every address. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

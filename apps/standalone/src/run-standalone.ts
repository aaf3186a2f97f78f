import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@hourglass/platform';
import { awaitReady } from './await-ready.ts';
import { describeExit, StartFailed, type Child } from './child.ts';
import type { EmbeddedService, EmbeddedServices } from './compose.ts';
import { keepRunning, type BackOff, type SupervisedChild } from './keep-running.ts';
import { startNodeProgram, type NodeProgram } from './node-program.ts';

type Program = Pick<NodeProgram, 'entry' | 'semiSpaceMib'>;

/** The programs that run as children. */
interface Programs {
  readonly migrate: Program;
  readonly api: Program;
  readonly worker: Program;
}

interface StandaloneSettings {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** An absolute path. */
  readonly dataDirectory: string;
  /** Null: the embedded database. */
  readonly databaseUrl: string | null;
  /** Null: the embedded queue server. */
  readonly redisUrl: string | null;
  /** Null: the key in the data folder. */
  readonly secretKey: Uint8Array | null;
  /** Null: the API speaks HTTP. */
  readonly tls: object | null;
}

export interface StandaloneOptions {
  readonly settings: StandaloneSettings;
  readonly embedded: EmbeddedServices;
  readonly programs: Programs;
  /** Returns the environment of this process with these changes, for the children. */
  readonly environmentWith: (changes: Readonly<Record<string, string>>) => NodeJS.ProcessEnv;
  readonly backOff: BackOff;
  readonly log: Logger;
  /** Stops everything in order. */
  readonly stop: AbortSignal;
  /** Stops everything without waiting for work in progress. */
  readonly stopNow: AbortSignal;
  readonly onReady: (url: string) => void;
}

const readyTimeoutMs = 120_000;
/** Below 10 s together with the 3 s that PostgreSQL waits for its clients. */
const graceMs = 5_000;
const apiHeadStartMs = 1_000;

/** The children started so far. */
interface Running {
  lock: { release(): Promise<void> } | null;
  readonly services: SupervisedChild[];
  worker: SupervisedChild | null;
  api: SupervisedChild | null;
}

/**
 * Runs Hourglass until `stop` aborts: database, queue server, migrations, worker, API. When it
 * settles, all its children have exited.
 * @throws StartFailed
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
    running.worker = await keepProgram('the worker', programs.worker, environment, options);
    running.api = await keepProgram('the API', programs.api, environment, options);
    await awaitReady({
      url: urlOf(settings, reachableHost(settings.host), port),
      apiExited: running.api.firstExited,
      timeoutMs: readyTimeoutMs,
      signal: stop,
    });
    options.onReady(urlOf(settings, settings.host, port));
    await aborted(stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    await stopInOrder(running, log);
  }
}

async function stopInOrder({ lock, services, worker, api }: Running, log: Logger): Promise<void> {
  log.info('stopping');
  // Stops the API first, so that no new work arrives while the worker requeues its queries. A slow
  // download delays the worker by the head start only.
  const apiStopped = api?.stop();
  await Promise.race([apiStopped, delay(apiHeadStartMs, undefined, { ref: false })]);
  await Promise.all([apiStopped, worker?.stop()]);
  await Promise.all(services.map((service) => service.stop()));
  await lock?.release();
  log.info('stopped');
}

/** Starts an embedded service, keeps it running and returns its URL. */
async function keepService(
  name: string,
  start: () => Promise<EmbeddedService>,
  running: Running,
  { backOff, log, stop }: StandaloneOptions,
): Promise<string> {
  const service = await start();
  let next: () => Promise<Child> = () => Promise.resolve(service.child);
  const kept = await keepRunning({
    name,
    backOff,
    log,
    start: () => {
      const starting = next();
      next = service.restart;
      return starting;
    },
  });
  running.services.push(kept);
  stop.throwIfAborted();
  return service.url;
}

async function keepProgram(
  name: string,
  program: Program,
  environment: NodeJS.ProcessEnv,
  { backOff, log, stopNow, stop }: StandaloneOptions,
): Promise<SupervisedChild> {
  stop.throwIfAborted();
  return keepRunning({
    name,
    backOff,
    log,
    start: () => startNodeProgram({ ...program, environment, graceMs, stopNow }),
  });
}

/**
 * Migrates the database to this version's schema and creates the first organization, if there is
 * none.
 */
async function migrate(
  environment: NodeJS.ProcessEnv,
  { programs, stopNow, stop }: StandaloneOptions,
): Promise<void> {
  const program = await startNodeProgram({ ...programs.migrate, environment, graceMs, stopNow });
  const interrupt = () => void program.stop();
  stop.addEventListener('abort', interrupt, { once: true });
  // The signal may have aborted while the program was started.
  if (stop.aborted) interrupt();
  const exit = await program.exited;
  stop.removeEventListener('abort', interrupt);
  stop.throwIfAborted();
  if (exit.code !== 0) throw new StartFailed(`preparing the database ended with ${describeExit(exit)}`);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

function urlOf({ tls }: Pick<StandaloneSettings, 'tls'>, host: string, port: number): string {
  return `${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Returns the host by which this machine reaches a server that listens on `host`. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

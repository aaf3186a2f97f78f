import { mkdir, readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  clusterName,
  clusterOwner,
  createCluster,
  databaseName,
  passwordFileName,
  postgresEnvironment,
} from './create-cluster.ts';
import { createDatabaseFolder, findDatabaseFolder, type DatabaseFolder } from './database-folder.ts';
import { takeLock } from './file-lock.ts';
import { PortTaken, startOnFreePort } from './free-port.ts';
import { preparePostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { EmbeddedServerError, type EmbeddedLog, type RunningServer } from './running-server.ts';
import { runningAsRoot, unprivilegedUser } from './server-user.ts';
import { spawnServer, type ServerProcess } from './server-process.ts';
import { readPostmasterFile, stopLeftoverPostgres } from './stale-postgres.ts';

export interface PostgresOptions {
  /** Created when missing. Contains the database or names its folder (see `findDatabaseFolder`). */
  readonly dataDirectory: string;
  readonly log: EmbeddedLog;
  /** Default: a free port. A port in use is an error. */
  readonly port?: number;
  /** False, for tests: faster, but a crash of the machine may lose the database. Default: true. */
  readonly durable?: boolean;
  /**
   * Whether root creates the account `hourglass-postgres` for a new database. Default: false, which
   * uses that account if it exists, or the unprivileged one of every Unix.
   */
  readonly makesAccount?: boolean;
  /**
   * The folder of databases and binaries when this process is root and only root can enter the data
   * folder.
   */
  readonly rootDirectory?: string;
}

const majorVersion = '18';
const startTimeoutMs = 60_000;
const pollMs = 10;

/**
 * Starts PostgreSQL on the database of `dataDirectory`, creates the database if there is none, and
 * waits until the server accepts connections.
 * @throws LockHeld when a live process already serves this folder
 * @throws EmbeddedServerError with the end of the log when the server does not start
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningServer> {
  const { log, durable = true, makesAccount = false, rootDirectory = '/var/lib/hourglass' } = options;
  const chooseUser = () => unprivilegedUser({ makesAccount, log });
  const dataDirectory = path.resolve(options.dataDirectory);
  // The mode is that of the data folder alone: another account must be able to pass new parents of it.
  await mkdir(path.dirname(dataDirectory), { recursive: true });
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const lock = await takeLock(path.join(dataDirectory, 'postgres.lock'));
  try {
    const folder = await findDatabaseFolder({ dataDirectory, rootDirectory, chooseUser, log });
    const copiesDirectory = runningAsRoot() ? rootDirectory : dataDirectory;
    const binaries = await preparePostgresBinaries({ user: folder.user, copiesDirectory, log });
    await prepareCluster({ folder, dataDirectory, binaries, durable, log });
    const password = await readFile(path.join(folder.path, passwordFileName), 'utf8');
    const start = async (port: number) => ({
      port,
      server: await launch({ folder, binaries, durable, log, port }),
    });
    const { port, server } =
      options.port === undefined ? await startOnFreePort(start) : await start(options.port);
    const released = server.exited.then(() => lock.release());
    return {
      url: `postgresql://${clusterOwner}:${password}@127.0.0.1:${port}/${databaseName}`,
      port,
      pid: server.pid,
      exited: released.then(() => server.exited),
      async stop() {
        await server.stop();
        await released;
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function prepareCluster(options: {
  folder: DatabaseFolder;
  dataDirectory: string;
  binaries: PostgresBinaries;
  durable: boolean;
  log: EmbeddedLog;
}): Promise<void> {
  const { folder, dataDirectory, binaries, durable, log } = options;
  const cluster = path.join(folder.path, clusterName);
  let version: string;
  try {
    version = (await readFile(path.join(cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    log.info({ databaseFolder: folder.path }, 'creating the embedded database');
    await createDatabaseFolder(folder, dataDirectory, (unfinished) =>
      createCluster({ binaries, folder: unfinished, user: folder.user, durable }),
    );
    return;
  }
  if (version !== majorVersion) {
    throw new EmbeddedServerError(
      `${cluster}: written by PostgreSQL ${version}; expected ${majorVersion}; ` +
        'dump it with the old version and restore it, or run that version yourself and set DATABASE_URL',
    );
  }
  await stopLeftoverPostgres(cluster, log);
}

async function launch(options: {
  folder: DatabaseFolder;
  binaries: PostgresBinaries;
  durable: boolean;
  log: EmbeddedLog;
  port: number;
}): Promise<ServerProcess> {
  const { folder, binaries, durable, log, port } = options;
  const cluster = path.join(folder.path, clusterName);
  const settings = { ...serverSettings(durable), port: String(port) };
  const server = await spawnServer({
    command: binaries.postgres,
    args: ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    user: folder.user,
    environment: postgresEnvironment,
    directory: folder.path,
    input: '',
    // Fast shutdown, then immediate (the next start recovers). The supervisor has 10 s for all its
    // children.
    stopSignals: [
      { signal: 'SIGINT', afterMs: 0 },
      { signal: 'SIGQUIT', afterMs: 3_000 },
      { signal: 'SIGKILL', afterMs: 5_000 },
    ],
    onLine: (line) => logLine(log, line),
  });
  await untilReady(server, cluster, port);
  log.info({ pid: server.pid, port }, 'PostgreSQL accepts connections');
  return server;
}

async function untilReady(server: ServerProcess, cluster: string, port: number): Promise<void> {
  const giveUpAt = Date.now() + startTimeoutMs;
  while (Date.now() < giveUpAt) {
    if (server.hasExited()) {
      const { code, signal } = await server.exited;
      const output = server.outputTail();
      if (/could not bind|Address already in use/.test(output)) throw new PortTaken(port);
      throw new EmbeddedServerError(`PostgreSQL exited during its start (${code ?? signal}):\n${output}`);
    }
    const file = await readPostmasterFile(cluster);
    if (file?.pid === server.pid && file.ready) return;
    await delay(pollMs);
  }
  await server.stop();
  throw new EmbeddedServerError(
    `PostgreSQL was not ready within ${startTimeoutMs} ms:\n${server.outputTail()}`,
  );
}

function serverSettings(durable: boolean): Record<string, string> {
  const megabyte = 1024 * 1024;
  const sixteenthMb = Math.floor(totalmem() / 16 / megabyte);
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: durable ? `${Math.min(1024, Math.max(128, sixteenthMb))}MB` : '128MB',
    work_mem: '16MB',
    maintenance_work_mem: '128MB',
    // Tests keep the log in memory.
    max_wal_size: durable ? '4GB' : '256MB',
    checkpoint_timeout: '15min',
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // Keeps values of rows out of the log.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}

function logLine(log: EmbeddedLog, line: string): void {
  if (/\b(WARNING|FATAL|PANIC):/.test(line)) log.warn({ line }, 'PostgreSQL');
  else log.debug({ line }, 'PostgreSQL');
}

import path from 'node:path';
import {
  EmbeddedServerError,
  LockHeld,
  PortTaken,
  assertPortFree,
  findFreePort,
  startPostgres,
  startQueueServer,
  takeLock,
} from '@hourglass/embedded';
import { listenError, prepareDataDirectory, type Logger } from '@hourglass/platform';
import { StartFailed, type Child } from './child.ts';
import { loadOrCreateSecretKey } from './secret-key.ts';

/** A server that keeps its URL across restarts, so that its clients need no restart. */
export interface EmbeddedService {
  readonly url: string;
  /** The server as started first. */
  readonly child: Child;
  readonly restart: () => Promise<Child>;
}

export interface EmbeddedServices {
  /**
   * Makes this process the only supervisor of the data folder.
   * @throws StartFailed when another supervisor is running
   */
  readonly lockDataFolder: () => Promise<{ release(): Promise<void> }>;
  /**
   * Returns the key, in base64, that encrypts secrets in the database when the settings have none.
   */
  readonly secretKey: () => Promise<string>;
  readonly startDatabase: () => Promise<EmbeddedService>;
  readonly startQueue: () => Promise<EmbeddedService>;
  /**
   * Returns the configured port, or a free one for 0.
   * @throws StartError when the configured address cannot be used
   */
  readonly portFor: (host: string, port: number) => Promise<number>;
}

export function composeEmbedded(dataDirectory: string, log: Logger): EmbeddedServices {
  return {
    async lockDataFolder() {
      await prepareDataDirectory(dataDirectory, log);
      try {
        return await takeLock(path.join(dataDirectory, 'supervisor.lock'));
      } catch (error) {
        if (!(error instanceof LockHeld)) throw error;
        const message = `another hourglass, process ${error.pid}, is running on ${dataDirectory}`;
        throw new StartFailed(message, { cause: error });
      }
    },
    secretKey: () => loadOrCreateSecretKey(dataDirectory),
    async startDatabase() {
      const server = await withStartFailures(startPostgres({ dataDirectory, log, makesAccount: true }));
      const { url, port } = server;
      return {
        url,
        child: server,
        restart: () => startPostgres({ dataDirectory, log, makesAccount: true, port }),
      };
    },
    async startQueue() {
      const server = await withStartFailures(startQueueServer({ log }));
      const { url, kind, port, password } = server;
      return { url, child: server, restart: () => startQueueServer({ log, kind, port, password }) };
    },
    async portFor(host, port) {
      if (port === 0) return findFreePort();
      try {
        await assertPortFree(host, port);
      } catch (error) {
        throw listenError(error instanceof PortTaken ? error.cause : error, { host, port });
      }
      return port;
    },
  };
}

/**
 * Throws faults of the machine or the data folder as `StartFailed`; other errors are bugs and pass
 * unchanged.
 */
async function withStartFailures<Result>(operation: Promise<Result>): Promise<Result> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof EmbeddedServerError || error instanceof LockHeld || error instanceof PortTaken) {
      throw new StartFailed(error.message, { cause: error });
    }
    throw error;
  }
}

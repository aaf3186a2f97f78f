import { mkdir } from 'node:fs/promises';
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
import type { Logger } from '@hourglass/platform';
import { keptSecretKey } from './kept-secret-key.ts';
import { StartFailed, type Part } from './part.ts';

/** A server that keeps its URL over restarts, so that nobody who uses it has to be restarted. */
export interface EmbeddedService {
  readonly url: string;
  readonly first: Part;
  readonly startAgain: () => Promise<Part>;
}

export interface EmbeddedServices {
  /**
   * Makes this process the only supervisor of the data folder.
   * @throws StartFailed when another one is running
   */
  readonly lockDataFolder: () => Promise<{ release(): Promise<void> }>;
  /** What encrypts secrets in the database where the settings have no key for it; in base64, of the data folder. */
  readonly secretKey: () => Promise<string>;
  readonly startDatabase: () => Promise<EmbeddedService>;
  readonly startQueue: () => Promise<EmbeddedService>;
  /**
   * The port that was chosen, or a free one for 0.
   * @throws StartFailed when the chosen one is taken
   */
  readonly portFor: (host: string, port: number) => Promise<number>;
}

export function composeEmbedded(dataDirectory: string, log: Logger): EmbeddedServices {
  return {
    async lockDataFolder() {
      await mkdir(dataDirectory, { recursive: true });
      try {
        return await takeLock(path.join(dataDirectory, 'supervisor.lock'));
      } catch (error) {
        if (!(error instanceof LockHeld)) throw error;
        const message = `another hourglass, process ${error.pid}, is running on ${dataDirectory}`;
        throw new StartFailed(message, { cause: error });
      }
    },
    secretKey: () => keptSecretKey(dataDirectory),
    async startDatabase() {
      const first = await explained(startPostgres({ dataDirectory, log }));
      const { url, port } = first;
      return { url, first, startAgain: () => startPostgres({ dataDirectory, log, port }) };
    },
    async startQueue() {
      const first = await explained(startQueueServer({ log }));
      const { url, kind, port, password } = first;
      return { url, first, startAgain: () => startQueueServer({ log, kind, port, password }) };
    },
    async portFor(host, port) {
      if (port === 0) return findFreePort();
      await explained(assertPortFree(host, port));
      return port;
    },
  };
}

/** What is wrong with the machine or the folder is for the person who started us; the rest is a fault of ours. */
async function explained<Server>(starting: Promise<Server>): Promise<Server> {
  try {
    return await starting;
  } catch (error) {
    if (error instanceof EmbeddedServerError || error instanceof LockHeld || error instanceof PortTaken) {
      throw new StartFailed(error.message, { cause: error });
    }
    throw error;
  }
}

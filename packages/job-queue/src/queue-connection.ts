import { Redis } from 'ioredis';
import { ServiceUnavailable } from '@hourglass/reports';

export const queueName = 'run-query';

/** The braces keep all keys of the queue on one node of a Redis Cluster. */
export const defaultPrefix = '{hourglass}';

const maxReconnectDelayMs = 1_000;

export function reconnectDelayMs(times: number): number {
  return Math.min(50 * 2 ** times, maxReconnectDelayMs);
}

/**
 * A connection whose commands fail at once while the server is away, so that a request can be answered. It
 * reconnects by itself for ever.
 */
export function openFailFastConnection(redisUrl: string): Redis {
  const connection = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    retryStrategy: reconnectDelayMs,
  });
  // Without a listener ioredis prints every failed attempt to connect; whoever uses the connection is told.
  connection.on('error', () => undefined);
  return connection;
}

/** Runs `work` on a connection that is ready, or answers `ServiceUnavailable` within `timeoutMs`. */
export async function whileReady<T>(
  connection: Redis,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  try {
    await ready(connection, timeoutMs);
    return await work();
  } catch (error) {
    throw new ServiceUnavailable('queue', error);
  }
}

async function ready(connection: Redis, timeoutMs: number): Promise<void> {
  if (connection.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      connection.off('ready', finish);
      reject(new Error(`no connection within ${timeoutMs} ms`));
    }, timeoutMs);
    const finish = () => {
      clearTimeout(timer);
      resolve();
    };
    connection.once('ready', finish);
  });
}

import { ServiceUnavailable, type Doorbell } from '@hourglass/reports';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { defaultPrefix, queueName, type QueryJob } from './query-job.ts';
import { retryDelayMs } from './retry-delay.ts';
import { within } from './within.ts';

const responseTimeoutMs = 2_000;

export interface DoorbellOptions {
  readonly redisUrl: string;
  /** Default `{hourglass}`. Queues with different prefixes are separate. */
  readonly prefix?: string;
}

/**
 * Opens the producer side of the queue. It connects in the background, at once and again after every lost connection.
 * Without a connection every method throws `ServiceUnavailable` within 2 s instead of waiting.
 */
export function createDoorbell(
  options: DoorbellOptions,
): Doorbell & { check(): Promise<void>; close(): Promise<void> } {
  const client = openClient(options.redisUrl);
  const queue = openQueue(client, options.prefix ?? defaultPrefix);

  // Shared by all commands that are sent before the first connection is ready.
  let connecting: Promise<void> | null = null;

  async function send<Result>(command: () => Promise<Result>): Promise<Result> {
    try {
      return await within(responseTimeoutMs, 'no response from the queue', async () => {
        await (connecting ??= untilConnected(client).finally(() => (connecting = null)));
        return command();
      });
    } catch (error) {
      throw new ServiceUnavailable('queue', error);
    }
  }

  return {
    wake: (queryId) => send(async () => void (await queue.add(queueName, { queryId }))),
    pendingWakeUps: () => send(() => queue.getWaitingCount()),
    check: () => send(async () => void (await client.ping())),
    async close() {
      client.disconnect();
      await queue.close();
    },
  };
}

function openClient(redisUrl: string): Redis {
  return new Redis(redisUrl, {
    // A wake-up that waits for Redis would block its request; the reconciler adds a lost wake-up instead.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    connectTimeout: responseTimeoutMs,
    commandTimeout: responseTimeoutMs,
    retryStrategy: retryDelayMs,
  });
}

function openQueue(client: Redis, prefix: string): Queue<QueryJob> {
  const queue = new Queue<QueryJob>(queueName, {
    connection: client,
    prefix,
    // Otherwise the constructor would need a running Redis.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    skipMetasUpdate: true,
    // PostgreSQL holds the outcomes. Jobs have generated ids: with a fixed id, a leftover job would swallow the next
    // wake-up.
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  // The command that fails reports the error. An `error` event without a listener would end the process.
  queue.on('error', () => {});
  return queue;
}

/** Waits for a connection attempt in progress, but not for the retry after a failed one. */
async function untilConnected(client: Redis): Promise<void> {
  if (client.status === 'ready') return;
  if (client.status === 'reconnecting' || client.status === 'end') throw new Error('not connected to Redis');
  await new Promise<void>((resolve, reject) => {
    const onReady = () => {
      client.off('close', onClose);
      resolve();
    };
    const onClose = () => {
      client.off('ready', onReady);
      reject(new Error('Redis refused the connection'));
    };
    client.once('ready', onReady);
    client.once('close', onClose);
  });
}

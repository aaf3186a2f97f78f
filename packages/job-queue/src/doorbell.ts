import { ServiceUnavailable, type Doorbell } from '@hourglass/reports';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { defaultPrefix, queueName, type QueryJob } from './query-job.ts';
import { retryDelayMs } from './retry-delay.ts';
import { within } from './within.ts';

const answerTimeoutMs = 2_000;

export interface DoorbellOptions {
  readonly redisUrl: string;
  /** Default `{hourglass}`. Queues with other prefixes do not see each other. */
  readonly prefix?: string;
}

/**
 * The side that asks for work. Connects in the background, at once and again after every loss; while there is no
 * connection every method throws `ServiceUnavailable` instead of waiting, after 2 s at the latest.
 */
export function createDoorbell(
  options: DoorbellOptions,
): Doorbell & { check(): Promise<void>; close(): Promise<void> } {
  const client = new Redis(options.redisUrl, {
    // A ring that waited for Redis to come back would keep its request waiting; the reconciler rings again.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    connectTimeout: answerTimeoutMs,
    commandTimeout: answerTimeoutMs,
    retryStrategy: retryDelayMs,
  });
  const queue = new Queue<QueryJob>(queueName, {
    connection: client,
    prefix: options.prefix ?? defaultPrefix,
    // Both would need Redis to be there when the queue is made.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    skipMetasUpdate: true,
    // What is done or failed is in Postgres. Jobs have no ids of our own: one that stays would swallow the next ring.
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  // What goes wrong is reported by the ring that meets it; without a listener it would end the process.
  queue.on('error', () => {});

  // One wait for all rings that come before the first connection stands.
  let connecting: Promise<void> | null = null;

  async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    try {
      return await within(answerTimeoutMs, 'the queue does not answer', async () => {
        await (connecting ??= untilConnected(client).finally(() => (connecting = null)));
        return question();
      });
    } catch (error) {
      throw new ServiceUnavailable('queue', error);
    }
  }

  return {
    wake: (queryId) => ask(async () => void (await queue.add(queueName, { queryId }))),
    pendingWakeUps: () => ask(() => queue.getWaitingCount()),
    check: () => ask(async () => void (await client.ping())),
    async close() {
      client.disconnect();
      await queue.close();
    },
  };
}

/** Waits for a connection that is being made, not for the next try after one that failed. */
async function untilConnected(client: Redis): Promise<void> {
  if (client.status === 'ready') return;
  if (client.status === 'reconnecting' || client.status === 'end') {
    throw new Error('there is no connection to Redis');
  }
  await new Promise<void>((resolve, reject) => {
    const onReady = () => {
      client.off('close', onClose);
      resolve();
    };
    const onClose = () => {
      client.off('ready', onReady);
      reject(new Error('Redis refuses the connection'));
    };
    client.once('ready', onReady);
    client.once('close', onClose);
  });
}

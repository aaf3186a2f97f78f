import { ServiceUnavailable } from '@hourglass/reports';
import { Worker } from 'bullmq';
import { ConsumerConnection } from './consumer-connection.ts';
import { defaultPrefix, queueName, type QueryJob } from './query-job.ts';
import { within } from './within.ts';

/** A ring whose worker died is given to another after at most this and `stalledIntervalMs` together. */
const lockMs = 10_000;
const stalledIntervalMs = 5_000;
/** How often a ring may lose its worker. Attempts are counted in Postgres; here nothing is ever given up. */
const maxStalledCount = 1_000_000;

/** Pino's own signature, as far as it is used here. */
export interface ConsumerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ConsumerOptions {
  readonly redisUrl: string;
  /** Default `{hourglass}`; the doorbell's. */
  readonly prefix?: string;
  /** Queries at the same time. */
  readonly concurrency: number;
  /**
   * Answers a ring: runs queries until none waits, and settles everything that can happen to them in Postgres. The signal aborts when the consumer closes, and not when the queue forgets its job: the lease alone says
   * who runs a query. What `run` throws is logged and the ring is dropped: the reconciler rings again for what waits.
   */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly log: ConsumerLog;
}

export interface Consumer {
  /** Resolves when it takes jobs; stays pending while there is no Redis. */
  readonly ready: Promise<void>;
  /** @throws ServiceUnavailable while there is no connection to Redis. */
  check(): Promise<void>;
  /** Takes no more jobs, aborts those that run and waits for them, `deadlineMs` at most and whatever happens. */
  close(options: { deadlineMs: number }): Promise<void>;
}

/** Begins to take jobs as soon as Redis is there, and again after every loss of it. */
export function openConsumer({ redisUrl, prefix, concurrency, run, log }: ConsumerOptions): Consumer {
  const closing = new AbortController();
  const reportConnection = connectionReporter(log);
  const connection = new ConsumerConnection(redisUrl, reportConnection);

  async function answerRing(): Promise<void> {
    try {
      await run(closing.signal);
    } catch (error) {
      log.error({ err: error }, 'answering a ring ended with an unexpected error; the ring is dropped');
    }
  }

  const worker = new Worker<QueryJob>(queueName, answerRing, {
    connection,
    prefix: prefix ?? defaultPrefix,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: stalledIntervalMs,
    maxStalledCount,
    runRetryDelay: 1_000,
  });
  worker.on('error', (error) => {
    // A lost connection was reported once already, and every command in flight fails again with it.
    if (connection.isConnected()) log.warn({ err: error }, 'the queue reports an error');
  });
  return {
    ready: new Promise((resolve) => worker.once('ready', () => resolve())),
    async check() {
      if (!connection.isConnected()) {
        throw new ServiceUnavailable('queue', new Error('there is no connection to Redis'));
      }
    },
    async close({ deadlineMs }) {
      closing.abort(new Error('the worker is closing'));
      try {
        await within(deadlineMs, 'the queue was not closed', () => worker.close());
      } catch (error) {
        log.warn({ err: error }, 'the queue did not close; its connections are cut');
      } finally {
        connection.cut();
      }
    },
  };
}

/** One line when Redis is lost and one when it is back, however many tries lie between. */
function connectionReporter(log: ConsumerLog): (connected: boolean, error: Error | null) => void {
  let lost = false;
  return (connected, error) => {
    if (connected && lost) {
      lost = false;
      log.info({}, 'connected to Redis again');
    } else if (error && !lost) {
      lost = true;
      log.warn({ err: error }, 'there is no connection to Redis; trying again until there is');
    }
  };
}

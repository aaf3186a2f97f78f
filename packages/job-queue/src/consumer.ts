import { ServiceUnavailable } from '@hourglass/reports';
import { Worker } from 'bullmq';
import { ConsumerConnection } from './consumer-connection.ts';
import { defaultPrefix, queueName, type QueryJob } from './query-job.ts';
import { within } from './within.ts';

/** After a worker's death its wake-up moves to another worker within the sum of these two times. */
const lockMs = 10_000;
const stalledIntervalMs = 5_000;
/** BullMQ drops a job after this many dead workers. Practically unlimited: PostgreSQL counts the attempts. */
const maxStalledCount = 1_000_000;

/** The methods of Pino's logger that the consumer calls. */
export interface ConsumerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ConsumerOptions {
  readonly redisUrl: string;
  /** Default `{hourglass}`. Must equal the doorbell's prefix. */
  readonly prefix?: string;
  /** Maximum number of concurrent runs. */
  readonly concurrency: number;
  /**
   * Handles a wake-up: runs queries until none is waiting, and records every outcome in PostgreSQL. The signal aborts
   * when the consumer closes. It does not abort when the queue loses its job, because only the lease decides which worker
   * runs a query. An error is logged and the wake-up dropped; the reconciler adds another for waiting queries.
   */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly log: ConsumerLog;
}

export interface Consumer {
  /** Resolves when the consumer takes jobs. Pending while Redis is down. */
  readonly ready: Promise<void>;
  /** @throws ServiceUnavailable while there is no connection to Redis. */
  check(): Promise<void>;
  /** Takes no more jobs, aborts the running ones and waits for them, for at most `deadlineMs`. Never throws. */
  close(options: { deadlineMs: number }): Promise<void>;
}

/** Takes jobs as soon as Redis is up, and again after every lost connection. */
export function openConsumer({ redisUrl, prefix, concurrency, run, log }: ConsumerOptions): Consumer {
  const closing = new AbortController();
  const connection = new ConsumerConnection(redisUrl, connectionReporter(log));

  async function handleWakeUp(): Promise<void> {
    try {
      await run(closing.signal);
    } catch (error) {
      log.error({ err: error }, 'unexpected error while handling a wake-up; the wake-up is dropped');
    }
  }

  const worker = new Worker<QueryJob>(queueName, handleWakeUp, {
    connection,
    prefix: prefix ?? defaultPrefix,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: stalledIntervalMs,
    maxStalledCount,
    runRetryDelay: 1_000,
  });
  worker.on('error', (error) => {
    // A lost connection is reported once by the connection; every command in flight fails with the same error.
    if (connection.isConnected()) log.warn({ err: error }, 'error in the queue');
  });
  return {
    ready: new Promise((resolve) => worker.once('ready', () => resolve())),
    async check() {
      if (!connection.isConnected())
        throw new ServiceUnavailable('queue', new Error('not connected to Redis'));
    },
    async close({ deadlineMs }) {
      closing.abort(new Error('the worker is closing'));
      try {
        await within(deadlineMs, 'the queue did not close', () => worker.close());
      } catch (error) {
        log.warn({ err: error }, 'the queue did not close; cutting its connections');
      } finally {
        connection.cut();
      }
    },
  };
}

/** Logs one line when Redis is lost and one when it is back, however many retries fail in between. */
function connectionReporter(log: ConsumerLog): (connected: boolean, error: Error | null) => void {
  let lost = false;
  return (connected, error) => {
    if (connected && lost) {
      lost = false;
      log.info({}, 'connected to Redis again');
    } else if (error && !lost) {
      lost = true;
      log.warn({ err: error }, 'not connected to Redis; will retry');
    }
  };
}

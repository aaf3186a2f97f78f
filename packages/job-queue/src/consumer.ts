import { ServiceUnavailable } from '@hourglass/reports';
import { Worker, type Job } from 'bullmq';
import { ConsumerConnection } from './consumer-connection.ts';
import { defaultPrefix, queueName, type QueryJob } from './query-job.ts';
import { RunningJobs } from './running-jobs.ts';
import { within } from './within.ts';

/** A job whose worker died is given to another after at most this and `stalledIntervalMs` together. */
const lockMs = 10_000;
const stalledIntervalMs = 5_000;
/** How often a job may lose its worker. Attempts are counted in Postgres; here a job must never be given up. */
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
   * Runs a query, if it still wants an attempt, and settles everything that can happen to it in Postgres. The
   * signal aborts when the job was lost to another consumer, and when the consumer closes. What `run` throws is
   * logged and the job is dropped: the reconciler rings again for what still waits.
   */
  readonly run: (queryId: string, signal: AbortSignal) => Promise<void>;
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
  const running = new RunningJobs();
  const reportConnection = connectionReporter(log);
  const connection = new ConsumerConnection(redisUrl, reportConnection);

  async function processJob({ id, data }: Job<QueryJob>): Promise<void> {
    const { queryId } = data;
    const signal = running.start(id ?? queryId);
    try {
      await run(queryId, signal);
    } catch (error) {
      log.error(
        { err: error, queryId },
        'running a query ended with an unexpected error; its job is dropped',
      );
    } finally {
      running.end(id ?? queryId, signal);
    }
  }

  const worker = new Worker<QueryJob>(queueName, processJob, {
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
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) running.abort(id, new Error('the queue gave the job away'));
  });

  return {
    ready: new Promise((resolve) => worker.once('ready', () => resolve())),
    async check() {
      if (!connection.isConnected()) {
        throw new ServiceUnavailable('queue', new Error('there is no connection to Redis'));
      }
    },
    async close({ deadlineMs }) {
      running.abortAll(new Error('the worker is closing'));
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

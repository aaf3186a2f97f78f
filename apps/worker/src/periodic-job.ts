import type { Logger } from '@hourglass/platform';
import type { PeriodicJobs } from '@hourglass/reports';

/** Work that repeats every `everyMs`. `run` returns the number of items it handled; `signal` aborts on `stop`. */
export interface PeriodicJob {
  readonly name: string;
  readonly everyMs: number;
  readonly run: (signal: AbortSignal) => Promise<number>;
}

export interface RunningJob {
  /** Starts no further run; resolves when the present run has ended. */
  stop(): Promise<void>;
}

/** Shorter than the job's own interval, so that a worker's next run is rarely refused because of its previous one. */
const minIntervalShare = 0.8;

/**
 * Restricts a job to one run per interval over all workers. With `alsoAtStart` the first run in this process is not
 * restricted.
 */
export function oncePerInterval(
  job: PeriodicJob,
  jobs: PeriodicJobs,
  { alsoAtStart = false }: { readonly alsoAtStart?: boolean } = {},
): PeriodicJob {
  let unrestricted = alsoAtStart;
  return {
    ...job,
    async run(signal) {
      const began = await jobs.tryBegin(job.name, job.everyMs * minIntervalShare);
      if (!began && !unrestricted) return 0;
      unrestricted = false;
      return job.run(signal);
    },
  };
}

/** Runs the job at once and then `everyMs` after each run. Runs never overlap; a failed run is logged. */
export function startPeriodicJob({ name, everyMs, run }: PeriodicJob, log: Logger): RunningJob {
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const runOnce = async (): Promise<void> => {
    try {
      const done = await run(stopped.signal);
      if (done > 0) log.info({ job: name, done }, 'periodic job');
    } catch (error) {
      if (!stopped.signal.aborted) log.warn({ job: name, err: error }, 'periodic job failed; will retry');
    }
    if (!stopped.signal.aborted) timer = setTimeout(begin, everyMs);
  };
  let present: Promise<void> = Promise.resolve();
  const begin = () => {
    present = runOnce();
  };
  begin();
  return {
    async stop() {
      stopped.abort(new Error('the job is stopped'));
      clearTimeout(timer);
      await present;
    },
  };
}

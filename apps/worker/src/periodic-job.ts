import type { Logger } from '@hourglass/platform';
import type { PeriodicJobs } from '@hourglass/reports';

/** Work that is due again and again. `run` answers how many things it did; `signal` aborts when the job is stopped. */
export interface PeriodicJob {
  readonly name: string;
  readonly everyMs: number;
  readonly run: (signal: AbortSignal) => Promise<number>;
}

export interface RunningJob {
  /** No new turn begins; resolves when the present one ended. */
  stop(): Promise<void>;
}

/**
 * A job of which one worker at a time does a turn for all. Its own turns come a little less often than the others allow,
 * so that none of them is in vain. With `alsoFirst` every worker does a turn when it starts.
 */
export function oneAtATime(
  job: PeriodicJob,
  jobs: PeriodicJobs,
  { alsoFirst = false }: { readonly alsoFirst?: boolean } = {},
): PeriodicJob {
  let isFirst = alsoFirst;
  return {
    ...job,
    async run(signal) {
      const isOurs = await jobs.tryBegin(job.name, job.everyMs * 0.8);
      if (!isOurs && !isFirst) return 0;
      isFirst = false;
      return job.run(signal);
    },
  };
}

/** Turns never overlap, and a failed one is logged and tried again at the next. The first begins at once. */
export function startPeriodicJob({ name, everyMs, run }: PeriodicJob, log: Logger): RunningJob {
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const turn = async (): Promise<void> => {
    try {
      const done = await run(stopped.signal);
      if (done > 0) log.info({ job: name, done }, 'periodic job');
    } catch (error) {
      if (!stopped.signal.aborted) log.warn({ job: name, err: error }, 'periodic job failed, it runs again');
    }
    if (!stopped.signal.aborted) timer = setTimeout(begin, everyMs);
  };
  let present: Promise<void> = Promise.resolve();
  const begin = () => {
    present = turn();
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

import { endProcess, type Logger } from '@hourglass/platform';

export interface StopSignals {
  /** The first SIGTERM, SIGINT or SIGHUP. */
  readonly stop: AbortSignal;
  /** A second one. */
  readonly atOnce: AbortSignal;
}

/** Ctrl-C in `npm start` arrives twice, from the terminal and from npm: that is one wish. */
const repetitionMs = 1_000;

/** Turns the signals of this process into wishes to stop. After `deadlineMs` the process ends whatever happens. */
export function listenForStopSignals(log: Logger, deadlineMs: number): StopSignals {
  const stop = new AbortController();
  const atOnce = new AbortController();
  let firstAtMs: number | null = null;
  const receive = (cause: string) => {
    if (firstAtMs === null) {
      firstAtMs = performance.now();
      log.info({ cause }, 'asked to stop');
      stop.abort();
      setTimeout(() => {
        log.error({ deadlineMs }, 'not everything stopped in time');
        endProcess(log, 1);
      }, deadlineMs).unref();
    } else if (performance.now() - firstAtMs > repetitionMs && !atOnce.signal.aborted) {
      log.warn({ cause }, 'asked again: stopping at once');
      atOnce.abort();
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => receive(signal));
  // `npm start | head`: whoever read our output has gone, and nobody would see what happens from now on.
  process.stdout.on('error', () => receive('standard output was closed'));
  return { stop: stop.signal, atOnce: atOnce.signal };
}

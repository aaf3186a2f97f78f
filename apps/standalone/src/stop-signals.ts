import { endProcess, type Logger } from '@hourglass/platform';

export interface StopSignals {
  /** Aborted by the first SIGTERM, SIGINT or SIGHUP. */
  readonly stop: AbortSignal;
  /** Aborted by a second one. */
  readonly stopNow: AbortSignal;
}

/**
 * Ctrl-C in `npm start` sends two signals, from the terminal and from npm, which count as one
 * request.
 */
const repetitionMs = 1_000;

/**
 * Turns the signals of this process into requests to stop. The process ends after `deadlineMs` in
 * any case.
 */
export function listenForStopSignals(log: Logger, deadlineMs: number): StopSignals {
  const stop = new AbortController();
  const stopNow = new AbortController();
  let firstAtMs: number | null = null;
  const receive = (cause: string) => {
    if (firstAtMs === null) {
      firstAtMs = performance.now();
      log.info({ cause }, 'stop requested');
      stop.abort();
      setTimeout(() => {
        log.error({ deadlineMs }, 'not everything stopped in time');
        endProcess(log, 1);
      }, deadlineMs).unref();
    } else if (performance.now() - firstAtMs > repetitionMs && !stopNow.signal.aborted) {
      log.warn({ cause }, 'stop requested again: stopping immediately');
      stopNow.abort();
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => receive(signal));
  // `npm start | head`: the reader has ended, so all further output would be lost.
  process.stdout.on('error', () => receive('standard output was closed'));
  return { stop: stop.signal, stopNow: stopNow.signal };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@hourglass/platform';
import { describeExit, type Part, type PartExit } from './part.ts';

export interface BackOff {
  /** Doubled after every end, up to the maximum. */
  readonly firstMs: number;
  readonly maximumMs: number;
  /** A part that ran this long begins with `firstMs` again. */
  readonly resetAfterMs: number;
}

export interface KeptRunning {
  /** Null between an end and the next start. */
  pid(): number | null;
  /** The end of the process that was started first. */
  readonly firstExited: Promise<PartExit>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/**
 * Starts a part, and again whenever it ends, with growing pauses: a part that cannot run must not take the
 * machine. A first start that fails is the caller's to handle; later ones are tried again.
 */
export async function keepRunning(options: {
  readonly name: string;
  readonly start: () => Promise<Part>;
  readonly backOff: BackOff;
  readonly log: Logger;
}): Promise<KeptRunning> {
  const { name, start, backOff, log } = options;
  const stopping = new AbortController();
  const first = await start();
  let current: Part | null = first;

  async function supervise(): Promise<void> {
    let pauseMs = backOff.firstMs;
    while (current !== null) {
      const startedAtMs = performance.now();
      const exit = await current.exited;
      current = null;
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAtMs >= backOff.resetAfterMs) pauseMs = backOff.firstMs;
      log.error({ part: name, ...exit, restartInMs: pauseMs }, `${name} ended with ${describeExit(exit)}`);
      while (current === null) {
        if (!(await pause(pauseMs, stopping.signal))) return;
        pauseMs = Math.min(pauseMs * 2, backOff.maximumMs);
        try {
          current = await start();
          log.info({ part: name, pid: current.pid }, `${name} runs again`);
        } catch (error) {
          log.error({ part: name, err: error, restartInMs: pauseMs }, `${name} could not be started again`);
        }
      }
      // The stop came while it was being started.
      if (stopping.signal.aborted) await current.stop();
    }
  }

  const supervision = supervise();
  return {
    pid: () => current?.pid ?? null,
    firstExited: first.exited,
    async stop() {
      stopping.abort();
      await current?.stop();
      await supervision;
    },
  };
}

/** False when the signal came first. */
async function pause(pauseMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(pauseMs, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@hourglass/platform';
import { describeExit, type Child, type ChildExit } from './child.ts';

export interface BackOff {
  /** The pause before the first restart; doubled after every exit, up to the maximum. */
  readonly firstMs: number;
  readonly maximumMs: number;
  /** A child that ran at least this long restarts after `firstMs` again. */
  readonly resetAfterMs: number;
}

export interface SupervisedChild {
  /** Null between an exit and the next start. */
  pid(): number | null;
  /** The exit of the first process. */
  readonly firstExited: Promise<ChildExit>;
  /** Stops the child without a restart. */
  stop(): Promise<void>;
}

/**
 * Starts a child and restarts it whenever it exits, with growing pauses, so that a child that
 * cannot run does not occupy the machine. Rejects when the first start fails; later starts are
 * retried.
 */
export async function keepRunning(options: {
  readonly name: string;
  readonly start: () => Promise<Child>;
  readonly backOff: BackOff;
  readonly log: Logger;
}): Promise<SupervisedChild> {
  const { name, start, backOff, log } = options;
  const stopping = new AbortController();
  const first = await start();
  let current: Child | null = first;

  async function supervise(): Promise<void> {
    let pauseMs = backOff.firstMs;
    while (current !== null) {
      const startedAtMs = performance.now();
      const exit = await current.exited;
      current = null;
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAtMs >= backOff.resetAfterMs) pauseMs = backOff.firstMs;
      log.error({ child: name, ...exit, restartInMs: pauseMs }, `${name} ended with ${describeExit(exit)}`);
      while (current === null) {
        if (!(await pause(pauseMs, stopping.signal))) return;
        pauseMs = Math.min(pauseMs * 2, backOff.maximumMs);
        try {
          current = await start();
          log.info({ child: name, pid: current.pid }, `${name} runs again`);
        } catch (error) {
          log.error({ child: name, err: error, restartInMs: pauseMs }, `${name} could not be restarted`);
        }
      }
      // `stop` was called during the start.
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

/** Returns false when the signal aborts the pause. */
async function pause(pauseMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(pauseMs, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from './hourglass-response.ts';
import { Unreachable } from './network-failure.ts';

export interface Retries {
  /** Repeats `send` while it fails for a reason that may pass. `send` must be safe to repeat. */
  run<Result>(send: () => Promise<Result>): Promise<Result>;
}

/** The time for retries until Hourglass has responded once: a wrong address should be reported at once. */
const firstContactMs = 500;
/** A server restarts within this time. */
const restartMs = 15_000;
const firstDelayMs = 250;

/** Retries with doubling delays. `notify` receives the first failure, so that a person sees why it takes time. */
export function createRetries(signal: AbortSignal, notify: (failure: Error) => void): Retries {
  let hasResponded = false;
  return {
    async run(send) {
      const startMs = performance.now();
      for (let delayMs = firstDelayMs; ; delayMs *= 2) {
        try {
          const result = await send();
          hasResponded = true;
          return result;
        } catch (error) {
          hasResponded ||= error instanceof ApiError;
          const endMs = startMs + (hasResponded ? restartMs : firstContactMs);
          if (!mayPass(error) || performance.now() + delayMs > endMs) throw error;
          if (hasResponded && delayMs === firstDelayMs) notify(error);
          await delay(delayMs, undefined, { signal });
        }
      }
    },
  };
}

function mayPass(error: unknown): error is ApiError | Unreachable {
  return error instanceof ApiError ? error.status === 503 : error instanceof Unreachable && error.isTransient;
}

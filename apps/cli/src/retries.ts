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
/** Other batches end within this time. */
const busyMs = 600_000;
/** The server receives as many batches as it may. Other limits of requests last too long to wait for them. */
const busyCodes: ReadonlySet<string> = new Set(['limit.uploads', 'limit.scratch']);
const firstDelayMs = 250;

/** Retries with doubling delays, or after the time that a busy server asks for. `notify` receives the first failure, so that a person sees why it takes time. */
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
          if (!mayPass(error)) throw error;
          const isBusy = isBusyError(error);
          const patienceMs = isBusy ? busyMs : hasResponded ? restartMs : firstContactMs;
          const waitMs = isBusy ? (error.retryAfterMs ?? delayMs) : delayMs;
          if (performance.now() + waitMs > startMs + patienceMs) throw error;
          if (hasResponded && delayMs === firstDelayMs) notify(error);
          await delay(waitMs, undefined, { signal });
        }
      }
    },
  };
}

function mayPass(error: unknown): error is ApiError | Unreachable {
  if (error instanceof ApiError) return error.status === 503 || isBusyError(error);
  return error instanceof Unreachable && error.isTransient;
}

function isBusyError(error: unknown): error is ApiError {
  return error instanceof ApiError && busyCodes.has(error.code);
}

import type { BodyMeter } from './body-meter.ts';

/**
 * The chunks of a body, measured, until the signal aborts. It can be iterated in several steps:
 * leaving an iteration early does not close the body, so that a server can still respond.
 */
export function bodySource(
  body: AsyncIterable<Buffer>,
  meter: BodyMeter,
  signal: AbortSignal,
): AsyncIterableIterator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  const next = (): Promise<IteratorResult<Buffer>> =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        abort();
        return;
      }
      signal.addEventListener('abort', abort, { once: true });
      chunks
        .next()
        .then((result) => {
          if (result.done !== true) meter.add(result.value);
          return result;
        })
        .then(resolve, reject)
        .finally(() => {
          signal.removeEventListener('abort', abort);
        });
    });
  return {
    next,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

import { Readable } from 'node:stream';
import { asStoreError } from './s3-errors.ts';

/**
 * The body of an answer, with errors as `ServiceUnavailable`, and one more: no bytes for `stallMs` although the
 * reader wants some. The socket's own idle time-out would also end downloads whose reader is slow.
 */
export function guardBody(body: Readable, stallMs: number): Readable {
  const chunks = body[Symbol.asyncIterator]();
  const guarded = new Readable({
    read() {
      const timer = setTimeout(() => fail(new Error(`no bytes for ${stallMs} ms`)), stallMs);
      const next = async () => {
        try {
          const { done, value } = await chunks.next();
          guarded.push(done ? null : value);
        } catch (error) {
          fail(error);
        } finally {
          clearTimeout(timer);
        }
      };
      void next();
    },
    destroy(error, callback) {
      body.destroy();
      callback(error);
    },
  });
  const fail = (error: unknown) => {
    const failure = asStoreError(error);
    guarded.destroy(failure instanceof Error ? failure : new Error(String(failure)));
  };
  // A connection can break before anybody reads, when nothing listens to the body yet.
  body.on('error', fail);
  return guarded;
}

import { Readable } from 'node:stream';
import { asStoreError } from './s3-errors.ts';

/**
 * Wraps a response body: throws its errors as `ServiceUnavailable`, also when the reader waits
 * longer than `stallMs` for bytes. The idle timeout of the socket would end downloads with a slow
 * reader, too.
 */
export function guardBody(body: Readable, stallMs: number): Readable {
  const chunks = body[Symbol.asyncIterator]();
  const guarded = new Readable({
    read() {
      const timer = setTimeout(
        () => fail(new Error(`the object store sent no bytes for ${stallMs} ms`)),
        stallMs,
      );
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
  // A connection can break before the first read, when nothing else listens to the body.
  body.on('error', fail);
  return guarded;
}

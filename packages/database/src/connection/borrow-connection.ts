import type { Pool, PoolClient } from 'pg';

/** A connection checked out of a pool. It must be released; a second `release` does nothing. */
export interface BorrowedConnection {
  readonly client: PoolClient;
  /** With a reason, the connection is closed immediately instead of being reused. */
  readonly release: (reason?: unknown) => void;
}

/** Waits for a connection; throws the reason of `signal` once it aborts. */
export async function borrowConnection(pool: Pool, signal?: AbortSignal): Promise<BorrowedConnection> {
  const client = await connect(pool, signal);
  // The pool handles errors of idle connections only. An unhandled error would end the process, and
  // the next statement on a broken connection fails anyway.
  client.on('error', ignoreError);
  let released = false;
  return {
    client,
    release(reason) {
      if (released) return;
      released = true;
      client.off('error', ignoreError);
      client.release(reason !== undefined);
    },
  };
}

/** Returns a connection that arrives after the abort to the pool. */
async function connect(pool: Pool, signal: AbortSignal | undefined): Promise<PoolClient> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abandon = () => reject(signal?.reason);
    signal?.addEventListener('abort', abandon, { once: true });
    const connected = (client: PoolClient) => {
      signal?.removeEventListener('abort', abandon);
      if (signal?.aborted === true) client.release();
      else resolve(client);
    };
    pool.connect().then(connected, reject);
  });
}

function ignoreError(): void {}

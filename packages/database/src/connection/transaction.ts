import type { Pool, PoolClient } from 'pg';

/** A connection taken out of a pool. It must be given back exactly once; `release` a second time does nothing. */
export interface BorrowedConnection {
  readonly client: PoolClient;
  /** With a reason the connection is closed at once, whatever it is doing, and never used again. */
  readonly release: (reason?: unknown) => void;
}

/** Waits for a connection until `signal` aborts, then throws its reason. */
export async function borrowConnection(pool: Pool, signal?: AbortSignal): Promise<BorrowedConnection> {
  const client = await connect(pool, signal);
  // The pool listens to idle connections only. One that breaks while it is out would end the process; its next
  // statement fails anyway.
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

/** A connection that comes when nobody waits for it any longer goes back to the pool. */
async function connect(pool: Pool, signal: AbortSignal | undefined): Promise<PoolClient> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    const connected = (client: PoolClient) => {
      signal?.removeEventListener('abort', giveUp);
      if (signal?.aborted === true) client.release();
      else resolve(client);
    };
    pool.connect().then(connected, reject);
  });
}

function ignoreError(): void {}

export interface TransactionOptions {
  readonly begin?: string;
  /** Once it aborts, the connection is closed, whatever it is waiting for, and its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** Runs `work` in a transaction of its own connection, which always goes back to the pool. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
  { begin = 'begin', signal }: TransactionOptions = {},
): Promise<Result> {
  const { client, release } = await borrowConnection(pool, signal);
  const abandon = () => release(signal?.reason);
  signal?.addEventListener('abort', abandon, { once: true });
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    release();
    return result;
  } catch (error) {
    // Closing the connection is the rollback that cannot fail or hang.
    release(error);
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}

import type { Pool, PoolClient } from 'pg';

/** A connection taken out of a pool. It must be given back exactly once; `release` a second time does nothing. */
export interface BorrowedConnection {
  readonly client: PoolClient;
  /** With a reason the connection is closed at once, whatever it is doing, and never used again. */
  readonly release: (reason?: unknown) => void;
}

export async function borrowConnection(pool: Pool): Promise<BorrowedConnection> {
  const client = await pool.connect();
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

function ignoreError(): void {}

/** Runs `work` in a transaction of its own connection, which always goes back to the pool. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
  begin = 'begin',
): Promise<Result> {
  const { client, release } = await borrowConnection(pool);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    release();
    return result;
  } catch (error) {
    // Closing the connection is the rollback that cannot fail or hang.
    release(error);
    throw error;
  }
}

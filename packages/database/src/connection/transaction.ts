import type { PoolClient } from 'pg';
import type { BorrowedConnection } from './borrow-connection.ts';

/** Begins transactions within a scope. */
export interface TransactionSource {
  /** Begins one on a connection that the caller releases. */
  begin(begin: string, signal?: AbortSignal): Promise<BorrowedConnection>;
}

export interface TransactionOptions {
  readonly begin?: string;
  /** When it aborts, the connection is closed immediately and the signal's reason is thrown. */
  readonly signal?: AbortSignal;
}

/** Runs `work` in a transaction within the scope of `source`, on a connection that is always released. */
export async function inTransaction<Result>(
  source: TransactionSource,
  work: (client: PoolClient) => Promise<Result>,
  { begin = 'begin', signal }: TransactionOptions = {},
): Promise<Result> {
  const { client, release } = await source.begin(begin, signal);
  const abandon = () => release(signal?.reason);
  signal?.addEventListener('abort', abandon, { once: true });
  try {
    // It may have aborted between the begin and the listener.
    signal?.throwIfAborted();
    const result = await work(client);
    await client.query('commit');
    release();
    return result;
  } catch (error) {
    // Closing the connection rolls back and can neither fail nor hang.
    release(error);
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}

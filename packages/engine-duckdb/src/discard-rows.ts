import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';

/**
 * Ends a result of which rows may be left. An open result keeps its whole database alive until JavaScript's
 * garbage collector finds it, which sees nothing of the gigabytes behind it and may not look for a long time.
 * Interrupting ends it after the few chunks that are computed already.
 */
export async function discardRows(connection: DuckDBConnection, result: DuckDBResult): Promise<void> {
  connection.interrupt();
  try {
    let left = true;
    while (left) left = ((await result.fetchChunk())?.rowCount ?? 0) > 0;
  } catch {
    // Interrupted, or closed by an error that was reported where it happened: it holds nothing either way.
  }
}

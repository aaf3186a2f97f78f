import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';

/**
 * Ends a result that may have unread rows. An open result keeps its whole database alive until it
 * is garbage collected, which may take long, because the collector does not see DuckDB's memory.
 * After the interrupt only the chunks that are already computed are left to read.
 */
export async function discardRows(connection: DuckDBConnection, result: DuckDBResult): Promise<void> {
  connection.interrupt();
  try {
    let hasRows = true;
    while (hasRows) hasRows = ((await result.fetchChunk())?.rowCount ?? 0) > 0;
  } catch {
    // The result was interrupted, or closed by an error that is already reported. Either way it is
    // released.
  }
}

import type { DuckDBConnection } from '@duckdb/node-api';

const everyMs = 250;

/**
 * Tells which share of the connection's running statement is done, 0 to 1, until the answered function is called; at first
 * that nothing is. Tells nothing while DuckDB does not know, as before a statement begins to read.
 */
export function watchProgress(connection: DuckDBConnection, onProgress: (share: number) => void): () => void {
  onProgress(0);
  const timer = setInterval(() => {
    const { percentage } = connection.progress;
    if (percentage >= 0) onProgress(percentage / 100);
  }, everyMs);
  return () => clearInterval(timer);
}

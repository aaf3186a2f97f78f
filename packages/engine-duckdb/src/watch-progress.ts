import type { DuckDBConnection } from '@duckdb/node-api';

const everyMs = 250;

/**
 * Reports the completed share of the connection's running statement, 0 to 1, until the returned
 * function is called. It reports 0 first, and nothing while DuckDB does not know the share, such as
 * before a statement begins to read.
 */
export function watchProgress(connection: DuckDBConnection, onProgress: (share: number) => void): () => void {
  onProgress(0);
  const timer = setInterval(() => {
    const { percentage } = connection.progress;
    if (percentage >= 0) onProgress(percentage / 100);
  }, everyMs);
  return () => clearInterval(timer);
}

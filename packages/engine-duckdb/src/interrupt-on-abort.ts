import type { DuckDBConnection } from '@duckdb/node-api';

const repeatMs = 50;

/**
 * Makes running and later calls of the connection fail after `signal` aborts, until the returned
 * function is called. The interrupt is repeated, because DuckDB discards one that falls between two
 * calls.
 */
export function interruptOnAbort(connection: DuckDBConnection, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  function interrupt(): void {
    connection.interrupt();
    timer = setInterval(() => connection.interrupt(), repeatMs);
  }
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  return () => {
    signal.removeEventListener('abort', interrupt);
    clearInterval(timer);
  };
}

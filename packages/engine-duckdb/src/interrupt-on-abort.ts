import type { DuckDBConnection } from '@duckdb/node-api';

const repeatMs = 50;

/**
 * Makes the connection's running and coming calls fail once `signal` aborts, until the answered function is
 * called. DuckDB forgets an interrupt when the next call begins, so one that fell between two calls would be
 * lost: it is repeated.
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

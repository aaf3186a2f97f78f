import { Pool, type ClientConfig } from 'pg';

/** Long enough for a busy server on the same network, short enough for a waiting client. */
const connectTimeoutMs = 5_000;
/** Long enough for the next burst to reuse these connections and their prepared statements. */
const idleTimeoutMs = 300_000;

/** Options of every connection. */
export function connectionOptions(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'hourglass',
    connectionTimeoutMillis: connectTimeoutMs,
    // Detects a lost peer during a long COPY.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

export interface PoolOptions {
  readonly url: string;
  readonly maxConnections: number;
  /** Applies to each statement. 0: no limit. */
  readonly statementTimeoutMs: number;
}

/** Creates a pool that replaces lost connections on their next use. */
export function createPool({ url, maxConnections, statementTimeoutMs }: PoolOptions): Pool {
  const pool = new Pool({
    ...connectionOptions(url),
    max: maxConnections,
    idleTimeoutMillis: idleTimeoutMs,
    statement_timeout: statementTimeoutMs,
  });
  // Reports broken idle connections; without a listener they would end the process.
  pool.on('error', () => {});
  return pool;
}

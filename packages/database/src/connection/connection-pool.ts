import { Pool, type ClientConfig } from 'pg';

/** Long enough for a busy server on the same network, short enough for a client that waits for its answer. */
const connectTimeoutMs = 5_000;
/** Long enough for a burst to find the connections of the one before it, whose statements are prepared already. */
const idleTimeoutMs = 300_000;

/** What every connection of Hourglass has in common. */
export function connectionOptions(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'hourglass',
    connectionTimeoutMillis: connectTimeoutMs,
    // Finds out that the other side is gone while a long COPY is waiting for it.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

export interface PoolOptions {
  readonly url: string;
  readonly maxConnections: number;
  /** For every statement, 0: no limit. */
  readonly statementTimeoutMs: number;
}

/** A pool that survives the loss of its connections: they are replaced when they are needed next. */
export function createPool({ url, maxConnections, statementTimeoutMs }: PoolOptions): Pool {
  const pool = new Pool({
    ...connectionOptions(url),
    max: maxConnections,
    idleTimeoutMillis: idleTimeoutMs,
    statement_timeout: statementTimeoutMs,
  });
  // An idle connection that breaks is reported here. Without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}

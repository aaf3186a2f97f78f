import { Pool, type ClientBase, type ClientConfig, type PoolConfig } from 'pg';
import type { DatabaseRole } from './roles.ts';

/** Long enough for a busy server on the same network, short enough for a waiting client. */
const connectTimeoutMs = 5_000;
/** Long enough for the next burst to reuse these connections and their prepared statements. */
const idleTimeoutMs = 300_000;

/** Options of every connection. Without a role, the connection keeps that of its user. */
export function connectionOptions(url: string, role: DatabaseRole | null = null): ClientConfig {
  return {
    connectionString: urlWithSettings(url, role),
    application_name: 'hourglass',
    connectionTimeoutMillis: connectTimeoutMs,
    // Detects a lost peer during a long COPY.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/**
 * The server applies the settings before the first statement. By default, schemas with the names of the user and of the
 * role come before `public`, where our tables are: a table there would take the place of ours.
 */
function urlWithSettings(url: string, role: DatabaseRole | null): string {
  const changed = new URL(url);
  const { searchParams } = changed;
  const settings = ['search_path=public', ...(role === null ? [] : [`role=${role}`])];
  const options = settings.map((setting) => `-c ${setting}`).join(' ');
  searchParams.set('options', `${searchParams.get('options') ?? ''} ${options}`.trim());
  return changed.href;
}

export interface PoolOptions {
  readonly url: string;
  readonly role: DatabaseRole | null;
  readonly maxConnections: number;
  /** Applies to each statement. 0: no limit. */
  readonly statementTimeoutMs: number;
  /** Sends statements before the results of earlier ones arrive. Such connections refuse COPY. */
  readonly isPipelined: boolean;
}

/** The pool waits for the promise; the types of the library omit it. */
interface CheckedPoolConfig extends Omit<PoolConfig, 'onConnect'> {
  readonly onConnect?: (client: ClientBase) => Promise<void>;
}

/** Creates a pool that replaces lost connections on their next use. */
export function createPool(options: PoolOptions): Pool {
  const { url, role, maxConnections, statementTimeoutMs, isPipelined } = options;
  const config: CheckedPoolConfig = {
    ...connectionOptions(url, role),
    pipeline: isPipelined,
    max: maxConnections,
    idleTimeoutMillis: idleTimeoutMs,
    statement_timeout: statementTimeoutMs,
    ...(role !== null && { onConnect: (client) => assertRole(client, role) }),
  };
  const pool = new Pool(config);
  // Reports broken idle connections; without a listener they would end the process.
  pool.on('error', () => {});
  return pool;
}

/** A pooler may drop the startup option: then the connection would see every tenant. */
async function assertRole(client: ClientBase, expected: DatabaseRole): Promise<void> {
  const { rows } = await client.query<{ role: string }>('select current_user as role');
  const role = rows[0]?.role;
  if (role !== expected)
    throw new Error(
      `the connection to PostgreSQL has the role "${role}"; expected "${expected}": ` +
        'a connection pooler must pass on the startup parameter "options"',
    );
}

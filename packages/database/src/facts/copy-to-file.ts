import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** Sets PostgreSQL settings for the current transaction of `client`. */
export async function setLocalSettings(
  client: ClientBase,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  await client.query(
    'select set_config(name, value, true) from unnest($1::text[], $2::text[]) as setting (name, value)',
    [Object.keys(settings), Object.values(settings)],
  );
}

/**
 * Runs a COPY into `file` and returns the number of rows without a header. Throws the reason of
 * `signal` once it aborts; the caller then closes the connection.
 */
export async function copyToFile(
  client: ClientBase,
  sql: string,
  file: string,
  signal: AbortSignal,
): Promise<number> {
  const copied = client.query(copyTo(sql));
  // Closing the connection of an aborted COPY emits a second error, after the pipeline has removed
  // its listener.
  copied.on('error', () => {});
  try {
    await pipeline(copied, createWriteStream(file), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  // The stream ends before the server reports the row count. Any later statement waits for the
  // report.
  await client.query('select');
  return copied.rowCount;
}

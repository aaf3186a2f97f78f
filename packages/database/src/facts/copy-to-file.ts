import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { to as copyTo, type CopyToStreamQuery } from 'pg-copy-streams';

/** Sets PostgreSQL settings for the current transaction of `client`. */
export async function setLocalSettings(
  client: ClientBase,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  await client.query({
    name: 'set-local-settings',
    text: 'select set_config(name, value, true) from unnest($1::text[], $2::text[]) as setting (name, value)',
    values: [Object.keys(settings), Object.values(settings)],
  });
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
    // The stream ends before the server reports the row count.
    await Promise.all([pipeline(copied, createWriteStream(file), { signal }), completionOf(copied)]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  return copied.rowCount;
}

/** Resolves when the server is ready for the next statement; rejects when the COPY or the connection fails. */
function completionOf(copied: CopyToStreamQuery): Promise<void> {
  return new Promise((resolve, reject) => {
    copied.once('error', reject);
    // `pg` calls it; the library has an empty one.
    Object.assign(copied, { handleReadyForQuery: resolve });
  });
}

import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** For the transaction of `client`. */
export async function applySettings(
  client: ClientBase,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  await client.query(
    'select set_config(name, value, true) from unnest($1::text[], $2::text[]) as setting (name, value)',
    [Object.keys(settings), Object.values(settings)],
  );
}

/** Answers the number of rows, without a header. Throws the signal's reason when it is aborted; the caller closes the connection. */
export async function copyToFile(
  client: ClientBase,
  sql: string,
  file: string,
  signal: AbortSignal,
): Promise<number> {
  const copied = client.query(copyTo(sql));
  // Closing the connection of an aborted COPY reports to the stream once more, when nobody listens any longer.
  copied.on('error', () => {});
  try {
    await pipeline(copied, createWriteStream(file), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  // The stream ends before the server has told the number; it has when it answers the next statement.
  await client.query('select');
  return copied.rowCount;
}

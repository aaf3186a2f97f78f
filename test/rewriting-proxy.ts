import { endOfText, messageStream, startDatabaseProxy, type DatabaseProxy } from '@hourglass/testing';

/** Rewrites the text of a statement. */
type Rewrite = (sql: string) => string;

/**
 * Starts a proxy before PostgreSQL that rewrites the statements of its clients on the wire, so that the program under
 * test is the one of the build.
 */
export function startRewritingProxy(databaseUrl: string, rewrite: Rewrite): Promise<DatabaseProxy> {
  return startDatabaseProxy(databaseUrl, () =>
    messageStream((message, type) => rewritten(message, type, rewrite)),
  );
}

/** A simple query is its text; a parse message has the name of the statement before it, and types after it. */
function rewritten(message: Buffer, type: string, rewrite: Rewrite): Buffer {
  if (type !== 'Q' && type !== 'P') return message;
  const start = type === 'Q' ? 5 : endOfText(message, 5);
  const end = endOfText(message, start) - 1;
  const text = Buffer.from(rewrite(message.toString('utf8', start, end)));
  const changed = Buffer.concat([message.subarray(0, start), text, message.subarray(end)]);
  changed.writeUInt32BE(changed.length - 1, 1);
  return changed;
}

import { endOfText, messageStream, startDatabaseProxy, type DatabaseProxy } from './database-proxy.ts';

/** A transaction that has ended. A statement outside of `begin` and `commit` is one by itself. */
export interface SentTransaction {
  /** Each in one line. */
  readonly statements: readonly string[];
  /** Number of times that the client waited until the server was ready for more. */
  readonly roundTrips: number;
}

export interface StatementCounter extends DatabaseProxy {
  /** The transactions of all clients since the start, in the order of their ends. */
  transactions(): readonly SentTransaction[];
}

/**
 * Starts a proxy before PostgreSQL that records the statements of its clients as the server gets them: each execution of
 * the extended protocol, and each text of the simple one. Preparing a statement is no execution, so that the counts
 * depend on no earlier use of a connection.
 */
export async function startStatementCounter(databaseUrl: string): Promise<StatementCounter> {
  const ended: SentTransaction[] = [];
  const proxy = await startDatabaseProxy(databaseUrl, () => recordingStream((one) => ended.push(one)));
  return { ...proxy, transactions: () => [...ended] };
}

/** Passes the messages of one connection on, and calls `onEnd` for each transaction. */
function recordingStream(onEnd: (transaction: SentTransaction) => void) {
  const prepared = new Map<string, string>();
  let bound = '';
  let statements: string[] = [];
  let roundTrips = 0;
  let isOpen = false;

  function endRoundTrip(): void {
    roundTrips += 1;
    const last = statements.at(-1) ?? '';
    if (/^begin\b/i.test(last)) isOpen = true;
    if (/^(commit|rollback)\b/i.test(last)) isOpen = false;
    if (isOpen) return;
    onEnd({ statements, roundTrips });
    statements = [];
    roundTrips = 0;
  }

  return messageStream((message, type) => {
    if (type === 'P') prepared.set(textAt(message, 5), textAt(message, endOfText(message, 5)));
    if (type === 'B') bound = prepared.get(textAt(message, endOfText(message, 5))) ?? '';
    if (type === 'E') statements.push(inOneLine(bound));
    if (type === 'Q') statements.push(inOneLine(textAt(message, 5)));
    // A simple query, or a sync: the server responds when it is ready for more.
    if (type === 'Q' || type === 'S') endRoundTrip();
    return message;
  });
}

function textAt(message: Buffer, start: number): string {
  return message.toString('utf8', start, message.indexOf(0, start));
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** Rewrites the text of a statement. */
type Rewrite = (sql: string) => string;

export interface RewritingProxy {
  /** The URL of the database through the proxy. */
  readonly url: string;
  close(): void;
}

/**
 * A proxy before PostgreSQL that rewrites the statements of its clients on the wire, so that the program under test is
 * the one of the build.
 */
export async function startRewritingProxy(databaseUrl: string, rewrite: Rewrite): Promise<RewritingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      // The messages of one statement are several writes, of which each would wait 40 ms for a delayed acknowledgement.
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(messageRewriter(rewrite)).pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const url = new URL(target);
  url.host = `127.0.0.1:${address.port}`;
  return {
    url: url.href,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Splits the stream into messages of PostgreSQL's protocol. The first has no type. */
function messageRewriter(rewrite: Rewrite): Transform {
  let pending = Buffer.alloc(0);
  let typeBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= typeBytes + 4) {
        const length = typeBytes + pending.readUInt32BE(typeBytes);
        if (pending.length < length) break;
        const message = pending.subarray(0, length);
        this.push(typeBytes === 0 ? message : rewritten(message, rewrite));
        pending = pending.subarray(length);
        typeBytes = 1;
      }
      done();
    },
  });
}

/** A simple query is its text; a parse message has the name of the statement before it, and types after it. */
function rewritten(message: Buffer, rewrite: Rewrite): Buffer {
  const type = String.fromCodePoint(message[0] ?? 0);
  if (type !== 'Q' && type !== 'P') return message;
  const start = type === 'Q' ? 5 : message.indexOf(0, 5) + 1;
  const end = message.indexOf(0, start);
  const text = Buffer.from(rewrite(message.toString('utf8', start, end)));
  const changed = Buffer.concat([message.subarray(0, start), text, message.subarray(end)]);
  changed.writeUInt32BE(changed.length - 1, 1);
  return changed;
}

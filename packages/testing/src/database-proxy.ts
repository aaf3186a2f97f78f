import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface DatabaseProxy {
  /** The URL of the database through the proxy. */
  readonly url: string;
  close(): void;
}

/** Starts a proxy before PostgreSQL. `requests` makes the stream that the messages of one client pass. */
export async function startDatabaseProxy(
  databaseUrl: string,
  requests: () => Transform,
): Promise<DatabaseProxy> {
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
    client.pipe(requests()).pipe(upstream);
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

/**
 * Splits the stream of a client into messages of PostgreSQL's protocol, and sends what `pass` returns for each. `type`
 * is the first byte as a character; the first message has none, and is passed on unseen.
 */
export function messageStream(pass: (message: Buffer, type: string) => Buffer): Transform {
  let pending = Buffer.alloc(0);
  let typeBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= typeBytes + 4) {
        const length = typeBytes + pending.readUInt32BE(typeBytes);
        if (pending.length < length) break;
        const message = pending.subarray(0, length);
        this.push(typeBytes === 0 ? message : pass(message, String.fromCodePoint(message[0] ?? 0)));
        pending = pending.subarray(length);
        typeBytes = 1;
      }
      done();
    },
  });
}

/** Returns the position after the text that starts at `start` and ends with a zero. */
export function endOfText(message: Buffer, start: number): number {
  return message.indexOf(0, start) + 1;
}

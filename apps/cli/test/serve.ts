import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';

const fixture = (name: string) => readFileSync(path.join(import.meta.dirname, 'fixtures', name));

export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves HTTP on a free port of this machine. */
export function serveHttp(listener: RequestListener): Promise<Served> {
  return listen(createServer(listener));
}

/** As `serveHttp`, with a certificate that no authority signed. */
export function serveHttps(listener: RequestListener): Promise<Served> {
  return listen(
    https.createServer({ key: fixture('tls-key.pem'), cert: fixture('tls-certificate.pem') }, listener),
  );
}

/** Accepts connections and sends nothing. */
export async function serveSilence(): Promise<Served> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server | https.Server): Promise<Served> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

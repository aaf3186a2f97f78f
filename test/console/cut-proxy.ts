import { once } from 'node:events';
import { createServer, request } from 'node:http';

export interface CutProxy {
  readonly url: string;
  /** Whether every upload is cut, before the server receives it. Chromium repeats a few by itself. */
  cutUploads(isCut: boolean): void;
  close(): void;
}

/** A proxy before the API that loses the connections of uploads. Interception in a browser does not reach its workers. */
export async function startCutProxy(target: string): Promise<CutProxy> {
  let isCut = false;
  const server = createServer((incoming, outgoing) => {
    if (isCut && incoming.url?.includes('/facts/')) {
      incoming.socket.destroy();
      return;
    }
    const { method, headers } = incoming;
    const passed = request(`${target}${incoming.url ?? ''}`, { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    cutUploads(wanted) {
      isCut = wanted;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

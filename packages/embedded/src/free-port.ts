import { createServer } from 'node:net';

const loopback = '127.0.0.1';

/**
 * Returns a port of 127.0.0.1 that is free now. Another process may take it before the caller does.
 */
export function findFreePort(): Promise<number> {
  return listenBriefly(loopback, 0);
}

/**
 * Checks a configured port before the server starts, whose failure would be harder to understand.
 * @throws PortTaken
 */
export async function assertPortFree(host: string, port: number): Promise<void> {
  await listenBriefly(host, port);
}

/** Another process listens on the port, perhaps since the check that it was free. */
export class PortTaken extends Error {
  constructor(port: number, options?: ErrorOptions & { host?: string }) {
    super(`port ${port} of ${options?.host ?? loopback} is already in use`, options);
    this.name = 'PortTaken';
  }
}

async function listenBriefly(host: string, port: number): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTaken(port, { host, cause: error }) : error);
    });
    probe.listen(port, host, resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string')
    throw new Error('unreachable: a TCP server without a port');
  return address.port;
}

const attempts = 5;

/**
 * Starts a server on a free port; when `start` throws `PortTaken`, retries with another one, 5
 * times in all.
 */
export async function startOnFreePort<Server>(start: (port: number) => Promise<Server>): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await findFreePort());
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === attempts) throw error;
    }
  }
}

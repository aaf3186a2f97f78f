import { createServer } from 'node:net';

const loopback = '127.0.0.1';

/** A port of 127.0.0.1 that nothing listens on at this moment. Another process may take it before its user does. */
export function findFreePort(): Promise<number> {
  return listenBriefly(loopback, 0);
}

/**
 * For a port that a person chose: says at once what would otherwise be a child that never comes up.
 * @throws PortTaken when somebody listens there
 */
export async function assertPortFree(host: string, port: number): Promise<void> {
  await listenBriefly(host, port);
}

/** The port was taken, perhaps between looking for a free one and listening on it. */
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
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}

const attempts = 5;

/** Starts a server on a free port and tries others when `start` reports `PortTaken`. */
export async function startOnFreePort<Server>(start: (port: number) => Promise<Server>): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await findFreePort());
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === attempts) throw error;
    }
  }
}

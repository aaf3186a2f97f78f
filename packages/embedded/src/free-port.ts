import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nothing listens on at this moment. Another process may take it before its user does. */
export async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}

/** The port was taken between looking for a free one and listening on it. */
export class PortTaken extends Error {
  constructor(port: number, options?: ErrorOptions) {
    super(`port ${port} of 127.0.0.1 is already in use`, options);
    this.name = 'PortTaken';
  }
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

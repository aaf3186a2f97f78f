import type { Server } from 'node:http';
import { StartError } from '@hourglass/platform';

/** @throws StartError if the address cannot be used */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw new StartError(describe(error as NodeJS.ErrnoException, host, port), { cause: error });
  }
}

function describe({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `HOURGLASS_PORT: port ${port} of ${host} is already in use; stop the other process, or choose another port`;
    case 'EACCES':
      return `HOURGLASS_PORT: this process may not listen on port ${port}; expected a port from 1024`;
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOURGLASS_HOST: ${host} is no address of this machine (${code}); expected one, such as 127.0.0.1 or 0.0.0.0`;
    case undefined:
    default:
      return `HOURGLASS_HOST, HOURGLASS_PORT: cannot listen on port ${port} of ${host} (${message}); expected a free address`;
  }
}

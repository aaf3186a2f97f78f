import type { Server } from 'node:http';
import { listenError } from '@hourglass/platform';

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
    throw listenError(error, { host, port });
  }
}

import type { Server } from 'node:http';

/** Closes a server and its connections. Resolves also if it is closed already, when no event would come. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    // The callback gets an error if the server is not open.
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import { startPostgres, type RunningServer } from '@hourglass/embedded';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

/** What a test file is told. */
export interface DatabaseOfTheRun {
  /** Of the database whose copies the tests use; nobody may stay connected to it. */
  readonly templateUrl: string;
}

/**
 * One PostgreSQL for all test files, which run in processes of their own: they ask here, and the first question
 * starts it, so that tests without a database do not wait for one.
 */
export async function serveDatabase(): Promise<{ address: string; close(): Promise<void> }> {
  const folder = await temporaryFolder();
  let started: Promise<RunningServer> | null = null;
  const control = createServer((_request, response) => {
    started ??= startMigrated(folder);
    started.then(
      ({ url }) => response.end(JSON.stringify({ templateUrl: url } satisfies DatabaseOfTheRun)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  control.listen(0, '127.0.0.1');
  await once(control, 'listening');
  const address = control.address();
  if (address === null || typeof address === 'string') throw new Error('the control server has no port');
  return {
    address: `http://127.0.0.1:${address.port}`,
    async close() {
      control.close();
      control.closeAllConnections();
      const server = await started?.catch(() => null);
      await server?.stop();
      await folder.remove();
    },
  };
}

async function startMigrated(folder: TemporaryFolder): Promise<RunningServer> {
  const log = { debug() {}, info() {}, warn() {} };
  const server = await startPostgres({ dataDirectory: folder.path, log, durable: false });
  try {
    // Imported here because loading it takes longer than a test of a pure function.
    const { migrate } = await import('@hourglass/database');
    await migrate({ url: server.url, log: () => {} });
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import { startPostgres, type RunningServer } from '@hourglass/embedded';
import type { SharedSystemProcesses } from './shared-services.ts';
import { migrationsFolder } from './system-processes.ts';
import { databasesFolder, type TemporaryFolder } from './temporary-folder.ts';

/**
 * Serves what the test files of a run share: one PostgreSQL, and running systems, one for each kind and Vitest worker.
 * Each starts with the first request for it, so that tests that need none do not wait for one. All end with `close`,
 * because Vitest may end its workers without notice.
 */
export async function serveServices(): Promise<{ address: string; close(): Promise<void> }> {
  const services = new ServicesOfTheRun(await databasesFolder());
  const control = createServer((request, response) => {
    services.respond(request.url ?? '').then(
      (value) => response.end(JSON.stringify(value)),
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
      await services.stop();
    },
  };
}

class ServicesOfTheRun {
  private readonly folder: TemporaryFolder;
  private database: Promise<RunningServer> | null = null;
  private readonly systems = new Map<string, Promise<SharedSystemProcesses>>();

  constructor(folder: TemporaryFolder) {
    this.folder = folder;
  }

  /** The paths are `/database`, `/system/{kind}/{pool}` and `/system/{kind}/{pool}/log`. */
  async respond(path: string): Promise<unknown> {
    const [, resource, kind = '', pool = '', log] = path.split('/');
    if (resource === 'database') return { templateUrl: (await this.startedDatabase()).url };
    const system = await this.startedSystem(kind, pool);
    return log === undefined ? system.services : system.apiLog();
  }

  async stop(): Promise<void> {
    const started = await Promise.allSettled(this.systems.values());
    const stopped = await Promise.allSettled(
      started.flatMap((system) => (system.status === 'fulfilled' ? [system.value.stop()] : [])),
    );
    const server = await this.database?.catch(() => null);
    await server?.stop();
    await this.folder.remove();
    for (const result of stopped) if (result.status === 'rejected') throw result.reason;
  }

  private startedDatabase(): Promise<RunningServer> {
    this.database ??= startMigrated(this.folder);
    return this.database;
  }

  private startedSystem(kind: string, pool: string): Promise<SharedSystemProcesses> {
    const key = `${kind}/${pool}`;
    const started = this.systems.get(key) ?? this.startSystem(kind);
    this.systems.set(key, started);
    return started;
  }

  private async startSystem(kind: string): Promise<SharedSystemProcesses> {
    const { url } = await this.startedDatabase();
    // Imported here because loading it takes longer than a test of a pure function.
    const { startSharedSystem } = await import('./shared-services.ts');
    return startSharedSystem({ templateUrl: url, worker: kind === 'worker' });
  }
}

async function startMigrated(folder: TemporaryFolder): Promise<RunningServer> {
  const log = { debug() {}, info() {}, warn() {} };
  const server = await startPostgres({ dataDirectory: folder.path, log, durable: false });
  try {
    // Imported here because loading it takes longer than a test of a pure function.
    const { migrate } = await import('@hourglass/database');
    await migrate({ url: server.url, folder: migrationsFolder, log: () => {} });
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

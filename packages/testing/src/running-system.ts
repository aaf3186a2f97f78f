import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { QueueServerKind } from '@hourglass/embedded';
import type { NodeProcess } from './node-process.ts';
import { ProcessGroup } from './process-group.ts';
import { programs, systemEnvironment } from './system-processes.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { tenantClient } from './tenant-client.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { flushQueue, startTestQueue } from './test-queue.ts';
import type { TestSystem } from './test-system.ts';
import { createTestTenant } from './test-tenant.ts';

export const testOrganization = 'acme';
export const testToken = 'token-of-the-test-organization';
export const testEmail = 'owner@acme.example';
export const testPassword = 'correct horse battery staple';

const firstOrganization = {
  HOURGLASS_BOOTSTRAP_ORG: testOrganization,
  HOURGLASS_BOOTSTRAP_EMAIL: testEmail,
  HOURGLASS_BOOTSTRAP_PASSWORD: testPassword,
  HOURGLASS_BOOTSTRAP_TOKEN: testToken,
};

/** A system that one test file has to itself, so that it may stop services and choose settings. */
export interface RunningSystem extends TestSystem {
  readonly api: NodeProcess;
  /** The environment variables of its processes. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts one more API with additional settings, without waiting until it listens. */
  startApiProcess(settings?: Readonly<Record<string, string>>): NodeProcess;
  stopQueue(): Promise<void>;
  /** Deletes everything that the queue holds. */
  flushQueue(): Promise<void>;
  /** Starts the queue again, empty and at the same address. */
  startQueue(): Promise<void>;
}

export interface SystemOptions {
  /** Whether a worker starts with the system. Default: true. */
  readonly worker?: boolean;
  readonly queue?: QueueServerKind;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: one on the server that all tests share, with the schema. Another one is migrated. */
  readonly database?: TestDatabase;
}

/**
 * Starts the API and, by default, one worker as processes from the build, over a database and a queue server that no
 * other test uses. `sharedSystem` is faster where a test needs none of this.
 */
export async function startSystem(options: SystemOptions = {}): Promise<RunningSystem> {
  const [database, queue, folder] = await Promise.all([
    options.database ?? createTestDatabase(),
    startRestartableQueue(options.queue),
    temporaryFolder(),
  ]);
  const env = {
    ...systemEnvironment({ databaseUrl: database.url, queueUrl: queue.url, dataDirectory: folder.path }),
    ...firstOrganization,
    ...options.env,
  };
  const processes = new ProcessGroup(env);
  const stop = () =>
    processes.stop(async () => {
      await queue.stop();
      await database.drop();
      await folder.remove();
    });
  try {
    const isMigrated = options.database === undefined;
    await prepareDatabase(processes, { database, dataDirectory: folder.path, env, isMigrated });
    const api = processes.start(programs.api);
    if (options.worker !== false) processes.start(programs.worker);
    const { url, document } = await processes.watch(api);
    const tenant = { organization: env.HOURGLASS_BOOTSTRAP_ORG, email: testEmail, token: testToken };
    return {
      ...tenant,
      ...tenantClient(url, tenant),
      ...startersOf(processes, { url, token: testToken }),
      password: testPassword,
      url,
      document,
      databaseUrl: database.url,
      dataDirectory: folder.path,
      api,
      env,
      createTenant: (other = {}) => createTestTenant(database.url, other),
      apiLog: () => Promise.resolve(api.output().split('\n')),
      stopQueue: () => queue.stop(),
      flushQueue: () => flushQueue(queue.url),
      startQueue: () => queue.restart(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The methods of a system that start processes. */
function startersOf(
  processes: ProcessGroup,
  api: { readonly url: string; readonly token: string },
): Pick<RunningSystem, 'startWorker' | 'startApiProcess' | 'startApi' | 'runCli'> {
  const startApiProcess = (settings = {}) => processes.start(programs.api, settings);
  return {
    startApiProcess,
    startWorker: (settings = {}) => processes.start(programs.worker, settings),
    startApi: async (settings = {}) => (await processes.watch(startApiProcess(settings))).url,
    runCli: (...args) => processes.runCli(api, args),
  };
}

/**
 * A database of the test server has the schema already: only the first organization is missing, and a folder for the
 * store. A database that the test brings, or a bucket, is prepared as an operator does it.
 */
async function prepareDatabase(
  processes: ProcessGroup,
  {
    database,
    dataDirectory,
    env,
    isMigrated,
  }: {
    readonly database: TestDatabase;
    readonly dataDirectory: string;
    readonly env: Readonly<Record<string, string>> & typeof firstOrganization;
    readonly isMigrated: boolean;
  },
): Promise<void> {
  if (isMigrated && env['S3_BUCKET'] === undefined) {
    await mkdir(path.join(dataDirectory, 'store'), { mode: 0o700 });
    await createTestTenant(database.url, {
      organization: env.HOURGLASS_BOOTSTRAP_ORG,
      environments: ['prod', 'test'],
      email: testEmail,
      password: testPassword,
      token: testToken,
      role: 'operator',
    });
    return;
  }
  const migrated = processes.start(programs.migrate);
  if ((await migrated.exited).code !== 0) throw new Error(`migrate failed:\n${migrated.output()}`);
}

interface RestartableQueue {
  readonly url: string;
  stop(): Promise<void>;
  /** Starts the queue server again, empty and at the same address. */
  restart(): Promise<void>;
}

async function startRestartableQueue(kind: QueueServerKind | undefined): Promise<RestartableQueue> {
  let queue = await startTestQueue(kind);
  const { url, port, password } = queue;
  return {
    url,
    stop: () => queue.stop(),
    async restart() {
      queue = await startTestQueue(kind, { port, password });
    },
  };
}

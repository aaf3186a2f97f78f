import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openDatabase } from '@hourglass/database';
import type { QueueServerKind } from '@hourglass/embedded';
import { unwatchApi, watchApi } from './document-check.ts';
import type { NodeProcess } from './node-process.ts';
import { programs, startProgram, systemEnvironment, urlOf } from './system-processes.ts';
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
  /** Default: one on the server that all tests share. Needs `env`, so that it is migrated. */
  readonly database?: TestDatabase;
}

/**
 * Starts the API and, by default, one worker as processes from the build, over a database and a queue server that no
 * other test uses. `sharedSystem` is faster where a test needs none of this.
 */
export async function startSystem(options: SystemOptions = {}): Promise<RunningSystem> {
  const [database, firstQueue, folder] = await Promise.all([
    options.database ?? createTestDatabase(),
    startTestQueue(options.queue),
    temporaryFolder(),
  ]);
  let queue = firstQueue;
  const env = {
    ...systemEnvironment({ databaseUrl: database.url, queueUrl: queue.url, dataDirectory: folder.path }),
    HOURGLASS_BOOTSTRAP_ORG: testOrganization,
    HOURGLASS_BOOTSTRAP_EMAIL: testEmail,
    HOURGLASS_BOOTSTRAP_PASSWORD: testPassword,
    HOURGLASS_BOOTSTRAP_TOKEN: testToken,
    ...options.env,
  };
  const processes: NodeProcess[] = [];
  const watched: string[] = [];
  const start = (
    entry: string,
    more: Readonly<Record<string, string>> = {},
    args: readonly string[] = [],
  ) => {
    const started = startProgram(entry, { ...env, ...more }, args);
    processes.push(started);
    return started;
  };
  const stop = async () => {
    for (const origin of watched) unwatchApi(origin);
    const results = await Promise.allSettled(processes.map((one) => one.stop()));
    await queue.stop();
    await database.drop();
    await folder.remove();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };

  try {
    if (options.env === undefined) {
      // The database has the schema already, so what is left of `migrate` does not need its process.
      await mkdir(path.join(folder.path, 'store'));
      await createFirstOrganization(database.url);
    } else {
      const migrated = start(programs.migrate);
      if ((await migrated.exited).code !== 0) throw new Error(`migrate failed:\n${migrated.output()}`);
    }
    const startApiProcess = (settings = {}) => start(programs.api, settings);
    const api = startApiProcess();
    const startWorker = (settings = {}) => start(programs.worker, settings);
    if (options.worker !== false) startWorker();
    const url = await urlOf(api);
    watched.push(url);
    const tenant = { organization: env.HOURGLASS_BOOTSTRAP_ORG, email: testEmail, token: testToken };
    return {
      ...tenant,
      ...tenantClient(url, tenant),
      password: testPassword,
      url,
      document: await watchApi(url),
      databaseUrl: database.url,
      dataDirectory: folder.path,
      api,
      env,
      createTenant: (other = {}) => createTestTenant(database.url, other),
      startWorker,
      startApiProcess,
      async startApi() {
        const another = await urlOf(startApiProcess());
        await watchApi(another);
        watched.push(another);
        return another;
      },
      async runCli(...args) {
        const cli = start(programs.cli, { HOURGLASS_URL: url, HOURGLASS_TOKEN: testToken }, args);
        const { code } = await cli.exited;
        return { code, output: cli.output() };
      },
      apiLog: () => Promise.resolve(api.output().split('\n')),
      stopQueue: () => queue.stop(),
      flushQueue: () => flushQueue(queue.url),
      async startQueue() {
        const { port, password } = queue;
        queue = await startTestQueue(options.queue, { port, password });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createFirstOrganization(databaseUrl: string): Promise<void> {
  const database = openDatabase({ url: databaseUrl, poolSize: 2 });
  try {
    await database.bootstrap({
      organization: testOrganization,
      environments: ['prod', 'test'],
      email: testEmail,
      password: testPassword,
      token: testToken,
    });
  } finally {
    await database.close();
  }
}

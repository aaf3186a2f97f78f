import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@hourglass/database';
import type { QueueServerKind } from '@hourglass/embedded';
import { contractClient, type ContractClient } from './contract-client.ts';
import { checkAnswersOf, type CheckedDocument } from './document-check.ts';
import { startNode, type NodeProcess } from './node-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { flushQueue, startTestQueue } from './test-queue.ts';

/** Of the checkout. */
export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

export const testOrganization = 'acme';
export const testToken = 'token-of-the-test-organization';
export const testEmail = 'owner@acme.example';
export const testPassword = 'correct horse battery staple';

export interface RunningSystem {
  /** Of the environment `prod`, with the token. */
  readonly client: ContractClient;
  readonly url: string;
  /** The OpenAPI document of the API. Every answer that a test fetches is held against it. */
  readonly document: CheckedDocument;
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  readonly api: NodeProcess;
  /** What its processes are started with. */
  readonly env: Readonly<Record<string, string>>;
  clientOf(organization: string, environment: string, authorization?: string): ContractClient;
  /** One more worker, with `settings` of its own. */
  startWorker(settings?: Readonly<Record<string, string>>): NodeProcess;
  /** One more API process over the same services; answers where it listens. */
  startApi(): Promise<string>;
  /** The same with `settings` of its own, without waiting for it. */
  startApiProcess(settings?: Readonly<Record<string, string>>): NodeProcess;
  /** Runs a command of the command line to its end. */
  runCli(...args: string[]): Promise<{ code: number | null; output: string }>;
  stopQueue(): Promise<void>;
  /** It forgets everything. */
  flushQueue(): Promise<void>;
  /** Again, empty and at the same address. */
  startQueue(): Promise<void>;
  stop(): Promise<void>;
}

export interface SystemOptions {
  /** Whether there is one from the start. Default: true. */
  readonly worker?: boolean;
  readonly queue?: QueueServerKind;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: one of the server that all tests share. Needs `env`, so that it gets its schema. */
  readonly database?: TestDatabase;
}

/**
 * The API and, unless told otherwise, one worker as processes from the build, over a database and a queue
 * server of the test's own.
 */
export async function startSystem(options: SystemOptions = {}): Promise<RunningSystem> {
  const [database, firstQueue, folder] = await Promise.all([
    options.database ?? createTestDatabase(),
    startTestQueue(options.queue),
    temporaryFolder(),
  ]);
  let queue = firstQueue;
  const env = {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: database.url,
    REDIS_URL: queue.url,
    HOURGLASS_DATA_DIR: folder.path,
    HOURGLASS_PORT: '0',
    // Most tests submit more than an environment may by default, and are about something else.
    HOURGLASS_QUERIES_PER_HOUR: '1000',
    HOURGLASS_BOOTSTRAP_ORG: testOrganization,
    HOURGLASS_BOOTSTRAP_EMAIL: testEmail,
    HOURGLASS_BOOTSTRAP_PASSWORD: testPassword,
    HOURGLASS_BOOTSTRAP_TOKEN: testToken,
    ...options.env,
  };
  const processes: NodeProcess[] = [];
  const start = (
    entry: string,
    args: readonly string[] = [],
    more: Readonly<Record<string, string>> = {},
  ) => {
    const started = startNode(entry, { args, env: { ...env, ...more }, cwd: repositoryRoot });
    processes.push(started);
    return started;
  };
  const fetchBefore = globalThis.fetch;
  const stop = async () => {
    // The next test file of this process has a system of its own to check.
    globalThis.fetch = fetchBefore;
    const results = await Promise.allSettled(processes.map((one) => one.stop()));
    await queue.stop();
    await database.drop();
    await folder.remove();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };

  try {
    if (options.env === undefined) {
      // The database has the schema already, so what is left of `migrate` takes no process of its own.
      await mkdir(path.join(folder.path, 'store'));
      await createFirstOrganization(database.url);
    } else {
      const migrated = start('apps/api/dist/migrate.js');
      if ((await migrated.exited).code !== 0) throw new Error(`migrate failed:\n${migrated.output()}`);
    }
    const startApiProcess = (settings = {}) => start('apps/api/dist/main.js', [], settings);
    const api = startApiProcess();
    const startWorker = (settings = {}) => start('apps/worker/dist/main.js', [], settings);
    if (options.worker !== false) startWorker();
    const url = await urlOf(api);
    const document = await checkAnswersOf(url);
    const clientOf = (organization: string, environment: string, authorization = `Bearer ${testToken}`) =>
      contractClient({
        environmentUrl: `${url}/v1/organizations/${organization}/environments/${environment}`,
        authorization,
      });
    return {
      client: clientOf(testOrganization, 'prod'),
      url,
      document,
      databaseUrl: database.url,
      dataDirectory: folder.path,
      api,
      env,
      clientOf,
      startWorker,
      startApiProcess,
      async startApi() {
        const another = await urlOf(startApiProcess());
        await checkAnswersOf(another);
        return another;
      },
      async runCli(...args) {
        const cli = start(path.join('apps/cli/bin/hourglass.js'), args, {
          HOURGLASS_URL: url,
          HOURGLASS_TOKEN: testToken,
        });
        const { code } = await cli.exited;
        return { code, output: cli.output() };
      },
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

async function urlOf(api: NodeProcess): Promise<string> {
  return `http://127.0.0.1:${await api.lineWith(listeningPort)}`;
}

function listeningPort(line: string): number | null {
  if (!line.includes('"listening"')) return null;
  const { address } = JSON.parse(line) as { address: { port: number } };
  return address.port;
}

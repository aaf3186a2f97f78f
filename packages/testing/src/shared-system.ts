import { connectDatabase } from './database-client.ts';
import { unwatchApi, watchApi } from './document-check.ts';
import type { NodeProcess } from './node-process.ts';
import { fetchApiLog, fetchSharedServices, type SharedKind } from './services-of-the-run.ts';
import { programs, startProgram, urlOf } from './system-processes.ts';
import { tenantClient } from './tenant-client.ts';
import { createTestTenant, uniqueName } from './test-tenant.ts';
import type { TestSystem } from './test-system.ts';

const password = 'correct horse battery staple';

/**
 * A new organization, whose user is an operator, on the running system of this Vitest worker. Test files of a worker run
 * one after another, so no other file uses the system at the same time; but earlier files leave their organizations,
 * facts and log lines in it. `api` has no worker process, so that queries stay enqueued.
 */
export async function sharedSystem(
  kind: SharedKind,
  // A fixed name is for one test file alone.
  { organization = uniqueName('acme') } = {},
): Promise<TestSystem> {
  const services = await fetchSharedServices(kind);
  const { url, databaseUrl, dataDirectory, env } = services;
  const tenant = await createTestTenant(databaseUrl, {
    organization,
    environments: ['prod', 'test'],
    role: 'operator',
    password,
  });
  const document = await watchApi(url);
  const earlierLines = (await fetchApiLog(kind)).length;
  const processes: NodeProcess[] = [];
  const watched: string[] = [];
  const start = (...started: Parameters<typeof startProgram>) => {
    const process = startProgram(...started);
    processes.push(process);
    return process;
  };
  return {
    ...tenant,
    ...tenantClient(url, tenant),
    password,
    url,
    document,
    databaseUrl,
    dataDirectory,
    createTenant: (other = {}) => createTestTenant(databaseUrl, other),
    startWorker: (settings = {}) => start(programs.worker, { ...env, ...settings }),
    async startApi() {
      const another = await urlOf(start(programs.api, env));
      await watchApi(another);
      watched.push(another);
      return another;
    },
    async runCli(...args) {
      const cli = start(programs.cli, { ...env, HOURGLASS_URL: url, HOURGLASS_TOKEN: tenant.token }, args);
      const { code } = await cli.exited;
      return { code, output: cli.output() };
    },
    apiLog: async () => (await fetchApiLog(kind)).slice(earlierLines),
    async stop() {
      for (const origin of watched) unwatchApi(origin);
      const results = await Promise.allSettled(processes.map((one) => one.stop()));
      await cancelUnfinishedQueries(databaseUrl);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  };
}

/** So that a worker which a later file starts finds only that file's queries. */
async function cancelUnfinishedQueries(databaseUrl: string): Promise<void> {
  const database = await connectDatabase(databaseUrl);
  try {
    await database.sql(
      `update queries set state = 'cancelled', lease_expires_at = null, updated_at = now()
        where state in ('enqueued', 'running')`,
    );
  } finally {
    await database.end();
  }
}

import { connectDatabase } from './database-client.ts';
import { watchApi } from './document-check.ts';
import { ProcessGroup } from './process-group.ts';
import { fetchApiLog, fetchSharedServices, type SharedKind } from './services-of-the-run.ts';
import { programs } from './system-processes.ts';
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
  const processes = new ProcessGroup(env);
  return {
    ...tenant,
    ...tenantClient(url, tenant),
    password,
    url,
    document,
    databaseUrl,
    dataDirectory,
    createTenant: (other = {}) => createTestTenant(databaseUrl, other),
    startWorker: (settings = {}) => processes.start(programs.worker, settings),
    startApi: async (settings = {}) => (await processes.watch(processes.start(programs.api, settings))).url,
    runCli: (...args) => processes.runCli({ url, token: tenant.token }, args),
    apiLog: async () => (await fetchApiLog(kind)).slice(earlierLines),
    stop: () => processes.stop(() => cancelUnfinishedQueries(databaseUrl)),
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

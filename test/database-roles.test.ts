import { randomUUID } from 'node:crypto';
import { startPostgres, type RunningServer } from '@hourglass/embedded';
import { migrate, openDatabase, MigrationRefused } from '@hourglass/database';
import { catalogue } from '@hourglass/query';
import {
  connectDatabase,
  contractClient,
  migrationsFolder,
  startSystem,
  temporaryFolder,
  type DatabaseClient,
  type TemporaryFolder,
} from '@hourglass/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

// On a server of its own, because roles belong to the whole server.

const apiRoles = [
  'hourglass_api',
  'hourglass_api_accounts',
  'hourglass_api_reads',
  'hourglass_api_global',
] as const;
const workerRoles = ['hourglass_worker', 'hourglass_worker_facts'] as const;
const roles = [...apiRoles, ...workerRoles];

let folder: TemporaryFolder;
let server: RunningServer;
let administrator: DatabaseClient;
beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startPostgres({
    dataDirectory: folder.path,
    durable: false,
    log: { debug() {}, info() {}, warn() {} },
  });
  administrator = await connectDatabase(server.url);
});
afterAll(async () => {
  await administrator.end();
  await server.stop();
  await folder.remove();
});

const users = ['owner', 'api_user', 'worker_user'];
afterEach(async () => {
  await administrator.sql('drop database if exists app with (force)');
  for (const role of [...users, ...roles]) await administrator.sql(`drop role if exists ${role}`);
});

/** Creates a user that may log in. Returns the URL of the database for it. */
async function createUser(name: string, attributes = ''): Promise<string> {
  await administrator.sql(`create role ${name} login password 'secret' ${attributes}`);
  const url = new URL(server.url);
  url.username = name;
  url.password = 'secret';
  url.pathname = '/app';
  return url.href;
}

/** Creates an owner with these attributes, and its database. */
async function createOwner(attributes: string): Promise<string> {
  const url = await createUser('owner', attributes);
  await administrator.sql('create database app owner owner');
  return url;
}

const migrated = (url: string) => migrate({ url, folder: migrationsFolder, catalogue, log: () => {} });

/** Connects as API or worker and runs a statement in each role that needs no tenant. */
async function openAs(as: 'api' | 'worker', url: string): Promise<void> {
  const database = openDatabase({ url, as, poolSize: 2 });
  try {
    await database.check();
    const { queries, organizationOverviews } = database;
    if (as === 'worker') {
      await queries.expireDue(1);
      return;
    }
    expect(await queries.poll({ organization: 'acme' }, randomUUID())).toBeNull();
    expect(await organizationOverviews.list({ name: null, after: null }, 1)).toEqual([]);
  } finally {
    await database.close();
  }
}

test('an owner that may not create roles is refused with the statements for an administrator, after which it migrates', async () => {
  const url = await createOwner('nocreaterole');
  const refused = await migrated(url).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(MigrationRefused);
  const { message } = refused as Error;
  const statements = roles.flatMap((role) => [`create role ${role} nologin;`, `grant ${role} to "owner";`]);
  expect(message).toBe(
    'the user of DATABASE_URL may not create roles; expected that an administrator of the server runs: ' +
      statements.join(' '),
  );
  for (const statement of statements) await administrator.sql(statement);
  await migrated(url);
  await openAs('api', url);
  await openAs('worker', url);
});

test('an owner that may create roles is asked only for the roles that another one created', async () => {
  await administrator.sql('create role hourglass_api nologin');
  const url = await createOwner('createrole');
  await expect(migrated(url)).rejects.toThrow(
    /an administrator of the server runs: grant hourglass_api to "owner";/,
  );
});

test('migrate completes roles of an owner that was killed before it granted them to itself', async () => {
  const url = await createOwner('createrole');
  const killed = await connectDatabase(url);
  for (const role of roles) await killed.sql(`create role ${role} nologin`);
  await killed.end();
  await migrated(url);
  await openAs('api', url);
  await openAs('worker', url);
});

test("an API and a worker with users of their own do their work, and may not assume each other's roles", async () => {
  const ownerUrl = await createOwner('createrole');
  // `migrate` prepares the database as its owner.
  const system = await startSystem({
    worker: false,
    database: { url: ownerUrl, drop: () => Promise.resolve() },
  });
  try {
    const apiUrl = await createUser('api_user');
    const workerUrl = await createUser('worker_user');
    await administrator.sql(`grant ${apiRoles.join(', ')} to api_user`);
    await administrator.sql(`grant ${workerRoles.join(', ')} to worker_user`);
    await expect(openAs('worker', apiUrl)).rejects.toThrow('permission denied to set role');
    await expect(openAs('api', workerUrl)).rejects.toThrow('permission denied to set role');

    const url = await system.startApi({ DATABASE_URL: apiUrl });
    system.startWorker({ DATABASE_URL: workerUrl });
    const client = contractClient({
      environmentUrl: system.client.environmentUrl.replace(system.url, url),
      authorization: `Bearer ${system.token}`,
    });
    const timestamp = Date.UTC(2026, 2, 1);
    await client.sendFacts([{ timestamp }, { timestamp: timestamp + 1 }]);
    const report = await client.report({
      metrics: [{ name: 'message_count', function: 'sum' }],
      timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
    });
    expect(report.trim()).toBe('{"sum_message_count":"2"}');
    const audit = await fetch(`${url}/v1/organizations/${system.organization}/audit`, {
      headers: { Authorization: `Bearer ${system.token}` },
    });
    expect(await audit.text()).toContain('"query.submit"');
  } finally {
    await system.stop();
  }
}, 120_000);

import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { bindPlan, catalogue, factsTarget } from '@hourglass/query';
import { progressIn, ServiceUnavailable } from '@hourglass/reports';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testAudit as audit, testEvent } from '@hourglass/testing';
import { openDatabase, type Database } from '../src/index.ts';
import {
  databaseWithTenant,
  noLimits,
  planOf,
  submittedQuery,
  type DatabaseWithTenant,
} from './database-with-tenant.ts';
import { api } from './encoded-facts.ts';

const scope = { organization: 'acme', environment: 'prod' };
const tenant = { ...scope, environmentId: 1 };
const id = '00000000-0000-4000-8000-000000000000';
const signal = new AbortController().signal;
const user = { email: 'twin@example.com', passwordHash: 'none', role: 'member' } as const;
const claimTerms = { leaseMs: 1, maxAttempts: 1, timeoutMs: 1 };

/** Methods that use the database, through `pg` and through Prisma. */
const calls: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  check: (database) => database.check(),
  bootstrap: (database) =>
    database.bootstrap({ organization: 'o', environments: [], email: 'e', password: 'p', token: 't' }),
  submit: ({ queries }) =>
    queries.submit({ id, plan: planOf(tenant), submittedBy: 'jane@example.com', audit: testEvent }, noLimits),
  usage: ({ queries }) => queries.usage(scope, noLimits),
  environmentSettings: ({ environmentSettings }) => environmentSettings.find(tenant),
  find: ({ queries }) => queries.find(scope, id),
  list: ({ queries }) => queries.list(tenant, {}, 10),
  claim: ({ queries }) => queries.claim(id, claimTerms),
  renewLease: ({ queries }) => queries.renewLease(id, 1, 1, progressIn('collecting', 0, 0)),
  requeue: ({ queries }) => queries.requeue(id, 1, { kind: 'released' }),
  listWaiting: ({ queries }) => queries.listWaiting(claimTerms, 1),
  failOverdue: ({ queries }) => queries.failOverdue(claimTerms),
  orphanedWork: ({ queries }) => queries.orphanedWork([]),
  periodicJobs: ({ periodicJobs }) => periodicJobs.tryBegin('a', 1),
  cancel: ({ queries }) => queries.cancel(tenant, id, testEvent),
  expireDue: ({ queries }) => queries.expireDue(1),
  authenticateToken: ({ accounts }) => accounts.authenticateToken('token'),
  readSignIn: ({ signIns }) => signIns.read('e', 'a'),
  recordSuccess: ({ signIns }) => signIns.recordSuccess('e', 'a'),
  recordFailure: ({ signIns }) => signIns.recordFailure('e', 'a'),
  findOrganization: ({ accounts }) => accounts.findOrganization('acme'),
  findTenant: ({ accounts }) => accounts.findTenant(scope),
  createOrganization: ({ organizations }) =>
    organizations.create({ name: 'o', environments: [], user, token: 't' }, audit),
  keyFor: ({ signingKeys }) => signingKeys.keyFor('a'),
  findBatch: ({ facts }) => facts(audit).findBatch({ environmentId: 1, target: factsTarget(api), id: 'a' }),
  reserveBatch: ({ facts }) => facts(audit).reserveBatch(),
  openBatch: ({ facts }) => facts(audit).openBatch({ environmentId: 1, target: factsTarget(api), id: 'a' }),
  snapshot: ({ factSource }) =>
    factSource.snapshot(bindPlan(planOf(tenant), catalogue), { directory: '/tmp', signal, timeoutMs: 1 }),
};

describe('a database that refuses connections', () => {
  const database = openDatabase({ as: 'owner', url: 'postgres://hourglass@127.0.0.1:1/none', poolSize: 4 });
  afterAll(() => database.close());

  test.each(Object.keys(calls))('is ServiceUnavailable for %s', async (name) => {
    await expect(calls[name]?.(database)).rejects.toThrow(ServiceUnavailable);
    await expect(calls[name]?.(database)).rejects.toMatchObject({ service: 'database' });
  });
});

test('A database that accepts connections and never responds is ServiceUnavailable within 15 s', async () => {
  const mute = createServer(() => {});
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const { port } = mute.address() as AddressInfo;
  const database = openDatabase({
    as: 'owner',
    url: `postgres://hourglass@127.0.0.1:${port}/none`,
    poolSize: 4,
  });
  const startedMs = performance.now();
  const outcomes = await Promise.allSettled([
    database.check(),
    database.queries.find(scope, id),
    database.facts(audit).openBatch({ environmentId: 1, target: factsTarget(api), id: 'a' }),
  ]);
  expect(performance.now() - startedMs).toBeLessThan(15_000);
  for (const outcome of outcomes) {
    expect(outcome).toEqual({ status: 'rejected', reason: expect.any(ServiceUnavailable) });
  }
  await database.close();
  mute.close();
});

describe('a database that goes away', () => {
  let db: DatabaseWithTenant;
  beforeAll(async () => {
    db = await databaseWithTenant();
  });
  afterAll(() => db.close());

  const terminateAll = () =>
    db.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    );

  test('while connections are idle affects no later statement', async () => {
    const query = await submittedQuery(db);
    await terminateAll();
    // The pool learns of closed connections with a delay; until then a statement may use one.
    await expect
      .poll(() =>
        db.database.check().then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('up');
    expect(await db.database.queries.find(scope, query)).toMatchObject({ id: query });
  });

  test('during a statement of Prisma or pg is ServiceUnavailable', async () => {
    const locker = new Client(db.url);
    locker.on('error', () => {});
    await locker.connect();
    await locker.query('begin; lock table queries, batches, users in access exclusive mode');
    const waiting = [
      db.database.queries.listWaiting(claimTerms, 1),
      db.database.queries.list(db.tenant, {}, 1),
      db.database.users.list('acme'),
      db.database.queries.submit(
        { id, plan: planOf(db.tenant), submittedBy: 'jane@example.com', audit: testEvent },
        noLimits,
      ),
      db.database.facts(audit).openBatch({
        environmentId: db.tenant.environmentId,
        target: factsTarget(api),
        id: 'a',
      }),
    ];
    const outcomes = Promise.allSettled(waiting);
    await expect
      .poll(() =>
        db.sql(
          "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        ),
      )
      .toHaveLength(waiting.length);
    // Terminates the waiting statements only: without the lock, one of them might succeed before
    // its end.
    await db.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    );
    for (const outcome of await outcomes) {
      expect(outcome).toEqual({ status: 'rejected', reason: expect.any(ServiceUnavailable) });
    }
    await locker.end();
    await expect
      .poll(() =>
        db.database.check().then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('up');
  });

  test('is ServiceUnavailable for a statement timeout, but not for a constraint violation', async () => {
    const impatient = openDatabase({ as: 'owner', url: db.url, poolSize: 2, statementTimeoutMs: 100 });
    const locker = new Client(db.url);
    await locker.connect();
    await locker.query('begin; lock table queries in access exclusive mode');
    await expect(impatient.queries.list(db.tenant, {}, 1)).rejects.toThrow(ServiceUnavailable);
    await locker.end();
    const { organizations } = impatient;
    const organization = { name: 'twin', environments: ['prod', 'prod'], user, token: 'twin' };
    const duplicate = await organizations.create(organization, audit).catch((error: unknown) => error);
    expect(duplicate).toBeInstanceOf(Error);
    expect(duplicate).not.toBeInstanceOf(ServiceUnavailable);
    await impatient.close();
  });
});

test('Each pool has at least one connection', () => {
  const url = 'postgres://127.0.0.1:1/none';
  expect(() => openDatabase({ as: 'owner', url, poolSize: 1 })).toThrow(RangeError);
  expect(() => openDatabase({ as: 'owner', url, poolSize: 4, copyPoolSize: 4 })).toThrow(RangeError);
});

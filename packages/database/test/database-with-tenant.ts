import { randomUUID } from 'node:crypto';
import type { Plan, Tenant } from '@hourglass/query';
import {
  createTestAdmin,
  createTestDatabase,
  type DatabaseClient,
  type TestAdmin,
  testEvent,
} from '@hourglass/testing';
import { Pool } from 'pg';
import { openDatabase, type Database } from '../src/index.ts';

export interface DatabaseWithTenant {
  readonly url: string;
  readonly database: Database;
  readonly admin: TestAdmin;
  readonly tenant: Tenant;
  /** Runs one statement on a connection beside those of `database` and returns its rows. */
  sql<Row extends object>(statement: string, parameters?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function databaseWithTenant(
  options: { poolSize?: number; copyPoolSize?: number } = {},
): Promise<DatabaseWithTenant> {
  const created = await createTestDatabase();
  const { url } = created;
  const database = openAsProcesses(url, options);
  // Connecting costs both sides 10 ms of processor time.
  const pool = new Pool({ connectionString: url, max: 4 });
  // A test may end every connection; the next statement opens another.
  pool.on('error', () => {});
  const sql: DatabaseClient['sql'] = async (statement, parameters = []) =>
    (await pool.query(statement, [...parameters])).rows;
  const admin = createTestAdmin({ sql });
  await admin.createOrganization('acme');
  const tenant = await admin.createEnvironment({ organization: 'acme', name: 'prod' });
  return {
    url,
    database,
    admin,
    tenant,
    sql,
    async close() {
      await Promise.all([database.close(), pool.end()]);
      await created.drop();
    },
  };
}

/** Each method has the role of the process that calls it. */
function openAsProcesses(url: string, options: { poolSize?: number; copyPoolSize?: number }): Database {
  const api = openDatabase({ as: 'api', url, poolSize: 8, ...options });
  const worker = openDatabase({ as: 'worker', url, poolSize: 8, ...options });
  const owner = openDatabase({ as: 'owner', url, poolSize: 2 });
  const {
    factSource,
    segments,
    periodicJobs,
    deletedTenants,
    cancelSignals,
    expiredQueryEvents,
    deliveries,
    dueSchedules,
  } = worker;
  return {
    ...api,
    ...{ factSource, segments, periodicJobs, deletedTenants, cancelSignals, expiredQueryEvents, deliveries },
    dueSchedules,
    ...pick(owner, ['bootstrap']),
    queries: {
      ...worker.queries,
      ...pick(api.queries, ['submit', 'usage', 'poll', 'find', 'list', 'cancel']),
    },
    resultLinks: { ...api.resultLinks, ...pick(worker.resultLinks, ['deleteExpired']) },
    audit: { ...api.audit, ...pick(worker.audit, ['deleteExpired']) },
    async close() {
      await Promise.all([api.close(), worker.close(), owner.close()]);
    },
  };
}

function pick<Store, Name extends keyof Store>(store: Store, names: readonly Name[]): Pick<Store, Name> {
  return Object.fromEntries(names.map((name) => [name, store[name]])) as Pick<Store, Name>;
}

/** A query over the whole year 2026. */
export function planOf(tenant: Tenant): Plan {
  return {
    version: 1,
    dataset: 'api',
    tenant,
    range: { startMs: Date.UTC(2026, 0, 1), endExclusiveMs: Date.UTC(2027, 0, 1) },
    timeUnit: 'hour',
    metrics: [{ metric: 'message_count', function: 'sum', alias: 'sum_message_count' }],
    dimensions: ['apiproxy'],
    filter: null,
    limitRows: null,
    output: { format: 'json' },
  };
}

/** More than any test submits, except those of the limits. */
export const noLimits = { queriesPerHour: 1_000_000, activeQueries: 1_000_000 };

export async function submittedQuery({ database, tenant }: DatabaseWithTenant): Promise<string> {
  const id = randomUUID();
  await database.queries.submit(
    { id, plan: planOf(tenant), submittedBy: 'jane@example.com', audit: testEvent },
    noLimits,
  );
  return id;
}

import { randomUUID } from 'node:crypto';
import { sweepSegments } from '@hourglass/facts';
import { catalogue, factsTarget, ingestTargets, type IngestTarget, type Tenant } from '@hourglass/query';
import { sweepDeletedTenants, type DeletedTenants } from '@hourglass/reports';
import { eventually, testAudit as audit, testEvent } from '@hourglass/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  databaseWithTenant,
  planOf,
  submittedQuery,
  type DatabaseWithTenant,
} from './database-with-tenant.ts';
import { api, encodedFact, encodedRows } from './encoded-facts.ts';
import { claimed, publication } from './query-attempts.ts';

let db: DatabaseWithTenant;
/** The keys of the object store. */
let objects: Set<string>;
beforeEach(async () => {
  db = await databaseWithTenant();
  objects = new Set();
  await db.admin.createOrganization('operators');
});
afterEach(() => db.close());

const signal = new AbortController().signal;
const store = {
  delete: async (key: string) => void objects.delete(key),
  async *listIncomplete() {},
};
const sweepTenants = (tenants: DeletedTenants = db.database.deletedTenants) =>
  sweepDeletedTenants({ tenants, objects: store }, { organizationForMs: -1, signal });
const sweepRetired = () =>
  sweepSegments(
    { segments: db.database.segments, objects: store, onRemoved: () => {} },
    { retiredForMs: -1, incomingForMs: 3_600_000, limit: 100 },
  );
const deleteEnvironment = (isDryRun = false) =>
  db.database.organizations.deleteEnvironment(
    { organization: 'acme', environment: 'prod' },
    { isDryRun },
    audit,
  );
const deleteOrganization = (caller = 'operators', organization = 'acme') =>
  db.database.organizations.delete({ caller, organization }, { isDryRun: false }, audit);

async function openBatch(target: IngestTarget) {
  const opened = await db.database.facts(audit).openBatch({
    environmentId: db.tenant.environmentId,
    target,
    id: randomUUID(),
  });
  if (!('writer' in opened)) throw new Error('the batch was accepted before');
  return opened.writer;
}

async function openFacts() {
  const writer = await openBatch(factsTarget(api));
  await writer.write(
    encodedRows([encodedFact('2026-06-01T00:00:00.000Z'), encodedFact('2026-06-02T00:00:00.000Z')]),
  );
  return writer;
}

async function storeRecords(): Promise<void> {
  const target = ingestTargets(catalogue).get('instruments.uses');
  if (target === undefined) throw new Error('unknown record set');
  const writer = await openBatch(target);
  await writer.write(encodedRows([{ cells: ['a', 'e1', 'jane', '2026-01-01T00:00:00Z', '1'] }]));
  await writer.commit({ accepted: 1, bodySha256: '' });
}

async function storeSegment(): Promise<void> {
  const { environmentId } = db.tenant;
  const firstMs = Date.parse('2026-06-01T00:00:00Z');
  const file = { path: '', bytes: 10, sha256: 'ab', facts: 7, firstMs, lastMs: firstMs + 1000, columns: [] };
  const { id, key } = await db.database.segments.register({ environmentId, dataset: 'api' }, file);
  objects.add(key);
  const writer = await openBatch(factsTarget(api));
  await writer.commit({ accepted: 7, bodySha256: '', segmentIds: [id] });
}

async function storeResult(): Promise<void> {
  const id = await submittedQuery(db);
  const archiveKey = `results/${id}.zip`;
  objects.add(archiveKey);
  await db.database.queries.complete(id, await claimed(db, id), { ...publication, archiveKey });
}

/** Puts rows into every table that can have rows of a tenant. */
async function fill(): Promise<{ readonly running: string }> {
  const { database, admin, tenant } = db;
  await (await openFacts()).commit({ accepted: 2, bodySha256: '' });
  await storeRecords();
  await storeSegment();
  await storeResult();
  const running = await submittedQuery(db);
  await claimed(db, running);
  await db.sql(
    `insert into idempotency_keys (environment_id, key, request_sha256, query_id, created_at)
     values ($1, 'k', '', $2, now())`,
    [tenant.environmentId, running],
  );
  await admin.createUser({
    organization: 'acme',
    email: 'a@acme.example',
    password: 'x'.repeat(12),
    role: 'member',
  });
  const token = { email: 'a@acme.example', scopes: [] };
  await admin.createToken({ ...token, token: 'unbound' });
  await admin.createToken({ ...token, token: 'bound', environment: 'prod' });
  await database.hostnames.replace(tenant, ['api.acme.example'], audit);
  const fields = { dataset: 'api', type: 'STRING', description: null } as const;
  await database.customFields.declare(tenant, { ...fields, name: 'dc_kept' }, 10, audit);
  await database.customFields.declare(tenant, { ...fields, name: 'dc_deleted' }, 10, audit);
  await database.customFields.delete(tenant, { dataset: 'api', name: 'dc_deleted' }, testEvent);
  await db.sql(`insert into access_keys (id, environment_id, secret) values ('k', $1, '')`, [
    tenant.environmentId,
  ]);
  await database.exchangeRates.put(
    'acme',
    [{ day: '2026-01-01', currency: 'EUR', targetCurrency: 'USD', rate: '1.1' }],
    testEvent,
  );
  return { running };
}

/** Counts the rows of every table of the schema. */
/** Without the audit log, which outlives tenants. */
async function rowsByTable(): Promise<Record<string, number>> {
  const tables = await db.sql<{ name: string }>(
    `select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'audit_events'`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await db.sql<{ count: number }>(`select count(*)::integer as count from "${name}"`);
    if (row !== undefined && row.count > 0) counts[name] = row.count;
  }
  return counts;
}

describe('a deleted environment', () => {
  test('is invisible at once, its running query ends, and its name is free', async () => {
    const { running } = await fill();
    const { database, tenant } = db;
    const aborted: string[] = [];
    const listening = database.cancelSignals.listen((id) => aborted.push(id), { warn: () => {} });
    await eventually('the connection listens', async () => {
      const query =
        "select from pg_stat_activity where query like 'listen %' and datname = current_database()";
      return (await db.sql(query)).length > 0 ? true : null;
    });
    try {
      const expected = { facts: 9, batches: 3, queries: 2 };
      expect(await deleteEnvironment(true)).toEqual(expected);
      expect(await database.accounts.findTenant(tenant)).toEqual(tenant);
      expect(await deleteEnvironment()).toEqual(expected);
      await eventually('the worker of the query hears of it', () =>
        aborted.includes(running) ? true : null,
      );
    } finally {
      await listening.stop();
    }
    expect(await database.accounts.findTenant(tenant)).toBeNull();
    expect((await database.accounts.findOrganization('acme'))?.environments).toEqual([]);
    expect(await database.hostnames.findTenant('acme', 'api.acme.example')).toBeNull();
    expect(await database.accounts.authenticateToken('bound')).toBeNull();
    expect(await database.accounts.authenticateToken('unbound')).not.toBeNull();
    expect(await database.queries.find({ organization: 'acme' }, running)).toBeNull();
    expect(await database.queries.poll({ organization: 'acme' }, running)).toBeNull();
    await expect(deleteEnvironment()).rejects.toMatchObject({ code: 'environment.not_found' });
    await database.organizations.createEnvironment('acme', 'prod', () => {}, audit);
    const found = await database.accounts.findTenant({ organization: 'acme', environment: 'prod' });
    expect(found?.environmentId).not.toBe(tenant.environmentId);
  });

  test('leaves no row and no object after the sweep, wherever earlier sweeps were cut off', async () => {
    const before = await rowsByTable();
    await fill();
    await deleteEnvironment();
    let calls = 0;
    for (let fatal = 1; ; fatal += 1) {
      calls = 0;
      const swept = await sweepTenants(
        failingAt(() => (calls += 1) === fatal, db.database.deletedTenants),
      ).catch(() => null);
      await sweepRetired();
      if (swept !== null) break;
    }
    await sweepTenants();
    const left = {
      ...before,
      users: 1,
      tokens: 1,
      exchange_rates: 1,
      environments: (before['environments'] ?? 0) - 1,
    };
    const { environments, ...others } = left;
    expect(await rowsByTable()).toEqual(environments === 0 ? others : left);
    expect([...objects]).toEqual([]);
  });

  test('is swept to the end although a batch is committed and a query submitted during the sweep', async () => {
    const writer = await openFacts();
    await deleteEnvironment();
    await sweepTenants();
    expect(await rowsByTable()).toMatchObject({ environments: 1 });
    await writer.commit({ accepted: 2, bodySha256: '' });
    await submittedQuery(db);
    await sweepTenants();
    const rows = await rowsByTable();
    expect([rows['environments'], rows['batches'], rows['hot_api_facts'], rows['queries']]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('takes nothing of another environment with it', async () => {
    const other: Tenant = await db.admin.createEnvironment({ organization: 'acme', name: 'test' });
    await fill();
    const first = db.tenant;
    Object.assign(db, { tenant: other });
    await (await openFacts()).commit({ accepted: 2, bodySha256: '' });
    await db.database.queries.submit(
      { id: randomUUID(), plan: planOf(other), submittedBy: 'jane@example.com', audit: testEvent },
      { queriesPerHour: 9, activeQueries: 9 },
    );
    Object.assign(db, { tenant: first });
    await deleteEnvironment();
    await sweepTenants();
    await sweepRetired();
    await sweepTenants();
    expect(await rowsByTable()).toMatchObject({ environments: 1, batches: 1, hot_api_facts: 2, queries: 1 });
  });
});

describe('a deleted organization', () => {
  test('is invisible at once and leaves no row and no object after the sweep', async () => {
    const { database } = db;
    await fill();
    const deleted = await deleteOrganization();
    expect(deleted).toEqual({ environments: ['prod'], users: 1, facts: 9, batches: 3, queries: 2 });
    expect(await database.accounts.findOrganization('acme')).toBeNull();
    expect(await database.accounts.findTenant(db.tenant)).toBeNull();
    expect(await database.accounts.authenticateToken('unbound')).toBeNull();
    expect(await database.exchangeRates.list('acme', {}, 10)).toEqual([]);
    const creation = database.organizations.createEnvironment('acme', 'more', () => {}, audit);
    await expect(creation).rejects.toMatchObject({ code: 'organization.not_found' });
    await sweepTenants();
    await sweepRetired();
    await sweepTenants();
    const { organizations, ...others } = await rowsByTable();
    expect(organizations).toBe(1);
    expect(Object.keys(others)).toEqual(['_prisma_migrations', 'scheduler'].filter((name) => name in others));
    expect([...objects]).toEqual([]);
  });

  test('keeps its name in use until API processes have forgotten its passwords', async () => {
    await deleteOrganization();
    const terms = { organizationForMs: 3_600_000, signal };
    await sweepDeletedTenants({ tenants: db.database.deletedTenants, objects: store }, terms);
    await expect(db.admin.createOrganization('acme')).rejects.toThrow('unique');
    await sweepTenants();
    await db.admin.createOrganization('acme');
  });

  test('is one of two whose operators delete each other at the same time', async () => {
    const outcomes = await Promise.allSettled([
      deleteOrganization('acme', 'operators'),
      deleteOrganization('operators', 'acme'),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

/** A sweep that ends with an error at the call for which `isFatal` returns true, as a killed worker would. */
function failingAt(isFatal: () => boolean, tenants: DeletedTenants): DeletedTenants {
  return new Proxy(tenants, {
    get:
      (target, name: keyof DeletedTenants) =>
      (...args: readonly unknown[]) => {
        if (isFatal()) throw new Error('killed');
        return (target[name] as (...all: readonly unknown[]) => unknown)(...args);
      },
  });
}

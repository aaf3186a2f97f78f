import { randomUUID } from 'node:crypto';
import { factsTarget } from '@hourglass/query';
import {
  ReportError,
  type CheckCode,
  type CodeOutcome,
  type NewToken,
  type ScheduleDefinition,
} from '@hourglass/reports';
import { testAudit as audit, testEvent } from '@hourglass/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  databaseWithTenant,
  noLimits,
  planOf,
  submittedQuery,
  type DatabaseWithTenant,
} from './database-with-tenant.ts';
import { api, encodedFact, encodedRows } from './encoded-facts.ts';

let db: DatabaseWithTenant;
const hash = 'scrypt$1024$8$1$c2FsdA==$aGFzaA==';
const jane = 'jane@example.com';
const anything = () => {};
const ids = { query: '', cancelled: '', link: '', token: '' };

beforeAll(async () => {
  db = await databaseWithTenant();
  await db.admin.createUser({ organization: 'acme', email: jane, password: 'x', role: 'administrator' });
  await db.admin.createToken({ email: jane, token: 'secret', scopes: ['read'] });
  await db.admin.createOrganization('doomed');
  ids.query = await submittedQuery(db);
  ids.cancelled = await submittedQuery(db);
  await db.sql(`create function fail() returns trigger language plpgsql as
    'begin raise exception ''no event''; end'`);
  await db.sql('create trigger failing before insert on audit_events execute function fail()');
  await db.sql('alter table audit_events disable trigger failing');
});
afterAll(() => db.close());

const newToken: NewToken = {
  ...{ email: jane, token: 'new', scopes: ['read'], description: null, lifetimeSeconds: null },
  ...{ environment: null, customers: [], maker: { email: jane, tokenId: null }, signIn: null },
};

const codeOfStep =
  (step: number): CheckCode =>
  ({ lastStep }) =>
    step <= (lastStep ?? -1) ? null : { kind: 'code', step };

async function accepted(outcome: Promise<CodeOutcome>): Promise<void> {
  expect(await outcome).toEqual({ kind: 'accepted' });
}

async function storeBatch(id: string): Promise<bigint> {
  const target = factsTarget(api);
  const { environmentId } = db.tenant;
  const opened = await db.database.facts(audit).openBatch({ environmentId, target, id });
  if (!('writer' in opened)) throw new Error('the batch was accepted before');
  await opened.writer.write(encodedRows([encodedFact('2026-06-01T00:00:00.000Z', { apiproxy: 'a' })]));
  await opened.writer.commit({ accepted: 1, bodySha256: '' });
  return BigInt(opened.writer.batchSeq);
}

const seqOf = async (id: string) =>
  BigInt((await db.sql<{ seq: string }>('select seq from batches where id = $1', [id]))[0]?.seq ?? 0);

const schedule = { id: randomUUID(), maker: { email: jane, tokenId: null } };
const scheduleDefinition: ScheduleDefinition = {
  ...{ displayName: null, report: randomUUID(), overrides: {}, cron: '0 0 * * *', timeZone: 'UTC' },
  catchUp: 'latest',
  enabled: true,
  skipIfEmpty: false,
};

/** Every write of the stores that a request may cause, in an order in which all succeed. */
const writes: Readonly<Record<string, () => Promise<unknown>>> = {
  createUser: () =>
    db.database.users.create(
      'acme',
      { email: 'joe@example.com', role: 'member', passwordHash: hash },
      anything,
      audit,
    ),
  changeUser: () =>
    db.database.users.change('acme', 'joe@example.com', { role: 'administrator' }, anything, audit),
  startFactor: () => db.database.secondFactors.start('acme', 'joe@example.com', new Uint8Array(4), audit),
  confirmFactor: () =>
    accepted(
      db.database.secondFactors.confirm(
        'acme',
        'joe@example.com',
        { check: codeOfStep(1), recoveryHashes: [] },
        audit,
      ),
    ),
  useCode: () => accepted(db.database.secondFactors.use('acme', 'joe@example.com', codeOfStep(2), audit)),
  removeFactorWithCode: () =>
    accepted(db.database.secondFactors.removeWithCode('acme', 'joe@example.com', codeOfStep(3), audit)),
  startFactorAgain: () =>
    db.database.secondFactors.start('acme', 'joe@example.com', new Uint8Array(4), audit),
  removeFactor: () => db.database.secondFactors.remove('acme', 'joe@example.com', anything, audit),
  deleteUser: () => db.database.users.delete('acme', 'joe@example.com', anything, audit),
  createToken: async () => {
    ids.token = (await db.database.tokens.create('acme', newToken, anything, audit)).id;
  },
  deleteToken: () => db.database.tokens.delete('acme', { id: ids.token }, anything, audit),
  createAccessKey: () =>
    db.database.accessKeys.create(
      db.tenant,
      { id: 'key', sealedSecret: new Uint8Array(4), description: null, lifetimeSeconds: null },
      anything,
      audit,
    ),
  changeAccessKey: () => db.database.accessKeys.change(db.tenant, 'key', { disabled: true }, audit),
  changeCeilings: () => db.database.ceilings.change('acme', { turnWeight: 5 }, audit),
  changeSettings: () => db.database.environmentSettings.change(db.tenant, { turnWeight: 2 }, anything, audit),
  declareField: () =>
    db.database.customFields.declare(
      db.tenant,
      { dataset: 'api', name: 'dc_a', type: 'STRING', description: null },
      10,
      audit,
    ),
  changeUndeclared: () => db.database.customFields.changeUndeclared(db.tenant, 'ignore', testEvent),
  deleteField: () => db.database.customFields.delete(db.tenant, { dataset: 'api', name: 'dc_a' }, testEvent),
  replaceHostnames: () => db.database.hostnames.replace(db.tenant, ['api.example'], audit),
  putRates: () =>
    db.database.exchangeRates.put(
      'acme',
      [{ day: '2026-01-01', currency: 'USD', targetCurrency: 'EUR', rate: '0.9' }],
      testEvent,
    ),
  submit: () =>
    db.database.queries.submit(
      { id: randomUUID(), plan: planOf(db.tenant), submittedBy: jane, audit: testEvent },
      noLimits,
    ),
  submitOnce: () =>
    db.database.queries.submit(
      {
        ...{ id: randomUUID(), plan: planOf(db.tenant), submittedBy: jane, audit: testEvent },
        idempotencyKey: { key: 'once', requestSha256: new Uint8Array(32) },
      },
      noLimits,
    ),
  cancel: () => db.database.queries.cancel(db.tenant, ids.cancelled, testEvent),
  createSchedule: () =>
    db.database.schedules.create(
      db.tenant,
      { ...schedule, targets: [], edit: () => ({ definition: scheduleDefinition, nextDueAt: new Date(0) }) },
      anything,
      audit,
    ),
  changeSchedule: () =>
    db.database.schedules.change(
      db.tenant,
      { ...schedule, targets: [], edit: () => ({ definition: scheduleDefinition, nextDueAt: null }) },
      audit,
    ),
  deleteSchedule: () => db.database.schedules.delete(db.tenant, schedule.id, testEvent),
  createLink: async () => {
    const principal = { organization: 'acme', email: jane, tokenId: null };
    const link = { queryId: ids.query, principal, lifetimeSeconds: 60 };
    ids.link = (await db.database.resultLinks.create(link, testEvent)).id;
  },
  revokeLink: () => db.database.resultLinks.revoke('acme', { kind: 'one', id: ids.link }, audit),
  rotateKey: () => db.database.resultLinks.rotateKey(audit),
  ingest: () => storeBatch('first'),
  deleteBatch: async () =>
    db.database.deletions(audit).deleteBatch(db.tenant.environmentId, await seqOf('first')),
  ingestAgain: () => storeBatch('second'),
  deleteRange: () =>
    db.database
      .deletions(audit)
      .deleteRange(
        { environmentId: db.tenant.environmentId, dataset: 'api' },
        { startMs: 0, endExclusiveMs: Date.UTC(2027, 0, 1) },
      ),
  createOrganization: () =>
    db.database.organizations.create(
      {
        ...{ name: 'new', environments: ['prod'], token: 'first' },
        user: { email: 'a@new.example', role: 'administrator', passwordHash: hash },
      },
      audit,
    ),
  createEnvironment: () => db.database.organizations.createEnvironment('acme', 'more', anything, audit),
  deleteEnvironment: () =>
    db.database.organizations.deleteEnvironment(
      { organization: 'acme', environment: 'more' },
      { isDryRun: false },
      audit,
    ),
  suspend: () => db.database.organizations.suspend('doomed', audit),
  resume: () => db.database.organizations.resume('doomed', audit),
  deleteOrganization: () =>
    db.database.organizations.delete({ caller: 'acme', organization: 'doomed' }, { isDryRun: false }, audit),
};

/** Every row of every table but the audit log. */
async function everything(): Promise<string> {
  const tables = await db.sql<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'audit_events'`,
  );
  const selects = tables.map(
    ({ name }) =>
      `select '${name}' as name, string_agg(t::text, '|' order by t::text) as rows from ${name} t`,
  );
  // PostgreSQL may append in parallel.
  return JSON.stringify(await db.sql(`${selects.join(' union all ')} order by name`));
}

const countEvents = async () =>
  (await db.sql<{ count: number }>('select count(*)::integer as count from audit_events'))[0]?.count ?? 0;

test('no write of a store is committed without its event, and each has exactly one', async () => {
  for (const [name, write] of Object.entries(writes)) {
    const before = await everything();
    await db.sql('alter table audit_events enable trigger failing');
    await expect(write(), name).rejects.toThrow(/no event/);
    await db.sql('alter table audit_events disable trigger failing');
    expect([name, await everything()]).toEqual([name, before]);
    const events = await countEvents();
    await write();
    expect([name, (await countEvents()) - events]).toEqual([name, 1]);
    expect([name, (await everything()) === before]).toEqual([name, false]);
  }
});

test('no event is left of a write that fails, is refused or changes nothing', async () => {
  const { users, customFields, queries, hostnames, resultLinks, organizations } = db.database;
  const user = { email: jane, role: 'member', passwordHash: hash } as const;
  const refused = () => {
    throw new ReportError('auth.role', { role: 'operator', own: 'member' });
  };
  const submission = { id: ids.query, plan: planOf(db.tenant), submittedBy: jane, audit: testEvent };
  const other = await db.admin.createEnvironment({ organization: 'acme', name: 'other' });
  await db.sql(
    `insert into environment_hostnames select organization_id, 'taken.example', id from environments where id = $1`,
    [other.environmentId],
  );
  const before = await countEvents();
  const outcomes = await Promise.allSettled([
    users.create('acme', user, anything, audit),
    users.change('acme', jane, { role: 'member' }, refused, audit),
    customFields.delete(db.tenant, { dataset: 'api', name: 'dc_none' }, testEvent),
    queries.submit({ ...submission, id: randomUUID() }, { queriesPerHour: 1, activeQueries: 1 }),
    queries.submit(submission, noLimits),
    queries.cancel(db.tenant, ids.cancelled, testEvent),
    hostnames.replace(db.tenant, ['taken.example'], audit),
    resultLinks.revoke('acme', { kind: 'one', id: ids.link }, audit),
    organizations.deleteEnvironment({ organization: 'acme', environment: 'prod' }, { isDryRun: true }, audit),
  ]);
  expect(
    outcomes.map((outcome) => (outcome.status === 'rejected' ? 'rejected' : outcome.value)),
  ).toMatchObject([
    ...['rejected', 'rejected', false, { kind: 'refused' }, 'rejected', false, { kind: 'taken' }, 'rejected'],
    { queries: 4 },
  ]);
  expect(await countEvents()).toBe(before);
});

test('a batch whose connection is lost before its commit leaves neither facts nor an event', async () => {
  const before = await countEvents();
  const { environmentId } = db.tenant;
  const opened = await db.database
    .facts(audit)
    .openBatch({ environmentId, target: factsTarget(api), id: 'lost' });
  if (!('writer' in opened)) throw new Error('the batch was accepted before');
  await opened.writer.write(encodedRows([encodedFact('2026-06-01T00:00:00.000Z', { apiproxy: 'a' })]));
  await db.sql(`select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and state = 'idle in transaction'`);
  await expect(opened.writer.commit({ accepted: 1, bodySha256: '' })).rejects.toThrow(
    /database is not available|terminat/i,
  );
  expect(await seqOf('lost')).toBe(0n);
  expect(await countEvents()).toBe(before);
});

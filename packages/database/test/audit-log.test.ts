import { randomUUID } from 'node:crypto';
import type { AuditDetails, AuditPosition, AuditRecord, RefusedCredentials } from '@hourglass/reports';
import { testEvent } from '@hourglass/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, submittedQuery, type DatabaseWithTenant } from './database-with-tenant.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql(`begin; set local hourglass.audit_retention = 'on'; delete from audit_events; commit`);
});

const everyEvent = { organization: null, sinceCreation: false } as const;
const listed = () => db.database.audit.list(everyEvent, { order: 'oldest', after: null, limit: 100 });

test('refuses to change, delete or truncate events, also those of no row', async () => {
  await db.database.audit.record(testEvent);
  for (const statement of [
    `update audit_events set action = 'user.delete'`,
    'delete from audit_events where false',
    'truncate audit_events',
  ])
    await expect(db.sql(statement)).rejects.toThrow(/expected inserts only/);
  expect(await listed()).toHaveLength(1);
});

test('bounds details and objects, and stores text that JSON in PostgreSQL does not take', async () => {
  const details: AuditDetails = {
    text: 'x'.repeat(1000),
    list: Array.from({ length: 30 }, (_, index) => `n${index}`),
    odd: 'a\0b\ud800',
    absent: undefined,
  };
  await db.database.audit.record({ ...testEvent, object: 'o'.repeat(1000), details });
  const [event] = await listed();
  expect(event?.object).toHaveLength(512);
  expect(event?.details).toEqual({
    text: `${'x'.repeat(511)}…`,
    list: [...Array.from({ length: 10 }, (_, index) => `n${index}`), 'and 20 more'],
    odd: 'a\ufffdb\ufffd',
  });
});

test.each(['oldest', 'newest'] as const)(
  'pages of events of one millisecond, the %s first, lose and repeat none',
  async (order) => {
    // Ids of one, two and three digits.
    await db.sql(
      `insert into audit_events (id, actor, action, at)
       select id, 'user', 'user.create', '2026-03-01T00:00:00.001Z' from generate_series(8, 102) id`,
    );
    const ids: number[] = [];
    let after: AuditPosition | null = null;
    for (;;) {
      const page: readonly AuditRecord[] = await db.database.audit.list(everyEvent, {
        order,
        after,
        limit: 7,
      });
      ids.push(...page.map(({ id }) => Number(id)));
      after = page.at(-1) ?? null;
      if (after === null) break;
    }
    const ascending = Array.from({ length: 95 }, (_, index) => index + 8);
    expect(ids).toEqual(order === 'oldest' ? ascending : ascending.toReversed());
  },
);

describe('the retention', () => {
  const insert = (action: string, days: number, count: number) =>
    db.sql(
      `insert into audit_events (actor, action, at)
       select 'user', $1, now() - $2 * interval '1 day' + n * interval '1 millisecond' from generate_series(1, $3::integer) n`,
      [action, days, count],
    );
  const counts = () =>
    db.sql<{ action: string; count: number }>(
      'select action, count(*)::integer as count from audit_events group by action order by action',
    );

  test('deletes what is older, in batches, and records that', async () => {
    await insert('user.create', 11, 5);
    await insert('user.create', 9, 2);
    const terms = { days: 10, maxRefusals: 100, limit: 3 };
    expect(await db.database.audit.deleteExpired(terms)).toBe(3);
    expect(await db.database.audit.deleteExpired(terms)).toBe(2);
    expect(await db.database.audit.deleteExpired(terms)).toBe(0);
    expect(await counts()).toEqual([
      { action: 'audit.purge', count: 2 },
      { action: 'user.create', count: 2 },
    ]);
  });

  test('deletes the oldest refusals beyond their number, and nothing else that is young', async () => {
    await insert('user.create', 2, 4);
    await insert('credentials.refused', 1, 7);
    const terms = { days: 10, maxRefusals: 5, limit: 100 };
    expect(await db.database.audit.deleteExpired(terms)).toBe(2);
    expect(await db.database.audit.deleteExpired(terms)).toBe(0);
    expect(await counts()).toEqual([
      { action: 'audit.purge', count: 1 },
      { action: 'credentials.refused', count: 5 },
      { action: 'user.create', count: 4 },
    ]);
  });
});

test('refusals name a user only if there is one, and belong to the organization of the user', async () => {
  const email = 'jane@example.com';
  await db.admin.createUser({ organization: 'acme', email, password: 'x', role: 'member' });
  await db.admin.createToken({ email, token: 'secret', scopes: ['read'] });
  const [token] = await db.sql<{ id: string }>('select id from tokens');
  const refused: RefusedCredentials = {
    ...{ address: '192.0.2.1', email: null, tokenId: null, code: 'auth.required', count: 3 },
    requestId: randomUUID(),
  };
  await db.database.audit.recordRefusals([
    { ...refused, email: 'JANE@example.com' },
    { ...refused, email: 'a password in the wrong field' },
    { ...refused, email, tokenId: token?.id ?? null, code: 'auth.scope' },
  ]);
  expect(
    (await listed())
      .toSorted((one, other) => (one.actor.kind < other.actor.kind ? -1 : 1))
      .map(({ organization, actor, refusal, details }) => [
        ...[organization, actor.kind, actor.email, actor.tokenId, refusal, details],
      ]),
  ).toEqual([
    [null, 'stranger', null, null, 'auth.required', { count: 3 }],
    ['acme', 'token', email, token?.id, 'auth.scope', { count: 3 }],
    ['acme', 'user', email, null, 'auth.required', { count: 3 }],
  ]);
});

describe('the system', () => {
  const eventsAfter = async (job: () => Promise<unknown>) => {
    await job();
    return (await listed()).map(({ actor, action, organization, environment, object, details }) => [
      ...[actor.kind, action, organization, environment, object, details],
    ]);
  };

  test('is the actor of expired results and links', async () => {
    const id = await submittedQuery(db);
    await db.sql(
      `update queries set state = 'completed', expires_at = now() - interval '1 minute' where id = $1`,
      [id],
    );
    const email = 'links@example.com';
    await db.admin.createUser({ organization: 'acme', email, password: 'x', role: 'member' });
    for (let link = 0; link < 3; link += 1)
      await db.database.resultLinks.create(
        { queryId: id, principal: { organization: 'acme', email, tokenId: null }, lifetimeSeconds: -1 },
        testEvent,
      );
    await db.sql(`begin; set local hourglass.audit_retention = 'on'; delete from audit_events; commit`);
    const jobs = async () => {
      expect(await db.database.queries.expireDue(10)).toEqual([{ id, archiveKey: null, isShared: false }]);
      expect(await db.database.resultLinks.deleteExpired(10)).toBe(3);
    };
    expect(await eventsAfter(jobs)).toEqual([
      ['system', 'result.expire', 'acme', 'prod', id, {}],
      ['system', 'link.purge', 'acme', null, null, { links: 3 }],
    ]);
  });

  test('is the actor of facts past their retention and of the end of deleted tenants', async () => {
    await db.admin.createOrganization('gone');
    const place = { organization: 'gone', name: 'old' };
    const { environmentId } = await db.admin.createEnvironment(place);
    await db.sql(
      `insert into segments (id, environment_id, dataset, object_key, state, facts, bytes, sha256, first_at, last_at, columns)
       values (gen_random_uuid(), $1, 'api', 'key', 'live', 7, 1, '', '2020-01-01', '2020-01-02', '[]')`,
      [environmentId],
    );
    await db.sql('update environments set retention_days = 30 where id = $1', [environmentId]);
    const { segments, deletedTenants } = db.database;
    const jobs = async () => {
      expect(await segments.retireExpired()).toMatchObject([{ environment: 'gone/old', facts: 7 }]);
      await db.sql('delete from segments where environment_id = $1', [environmentId]);
      await db.sql('update environments set organization_id = null where id = $1', [environmentId]);
      expect(await deletedTenants.deleteEnvironment(environmentId)).toBe(true);
      await db.sql(`update organizations set deleted_at = now() - interval '1 day' where name = 'gone'`);
      expect(await deletedTenants.deleteOrganizationsData(1_000, 10)).toBe(1);
    };
    expect(await eventsAfter(jobs)).toEqual([
      ['system', 'facts.purge', 'gone', 'old', 'api', { facts: 7 }],
      ['system', 'environment.purge', null, 'old', null, {}],
      ['system', 'organization.purge', null, null, 'gone', {}],
    ]);
  });

  test('is the actor of the first start', async () => {
    const first = { organization: 'first', environments: ['prod'], email: 'o@first.example' };
    const empty = await databaseWithTenant();
    await empty.sql('truncate organizations cascade');
    await empty.database.bootstrap({ ...first, password: 'pw-canary', token: 'token-canary' });
    const [event, ...more] = await empty.database.audit.list(everyEvent, {
      ...{ order: 'newest', after: null, limit: 10 },
    });
    await empty.close();
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      action: 'organization.create',
      object: 'first',
      actor: { kind: 'system' },
    });
    expect(JSON.stringify(event?.details)).not.toContain('canary');
  });
});

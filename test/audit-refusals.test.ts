import { randomUUID } from 'node:crypto';
import type { AuditEventView } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  sharedSystem,
  type DatabaseClient,
  type TestSystem,
  type TestTenant,
} from '@hourglass/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditClient, type AuditClient } from './audit-client.ts';

let system: TestSystem;
let database: DatabaseClient;
let tenant: TestTenant;
let call: AuditClient['call'];
let events: AuditClient['events'];
beforeAll(async () => {
  system = await sharedSystem('worker');
  ({ call, events } = auditClient(system));
  database = await connectDatabase(system.databaseUrl);
  tenant = await system.createTenant({ role: 'administrator' });
});
afterAll(async () => {
  await database.end();
  await system.stop();
});

/** Texts sent in place of credentials. */
const guesses: string[] = [];
function guess(): string {
  const text = `canary-${randomUUID()}`;
  guesses.push(text);
  return text;
}

const basic = (email: string, password: string) =>
  `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
const refusedAfter = (id: string, what: string, find: (event: AuditEventView) => boolean) =>
  eventually(what, async () => {
    const all = await events(`/v1/operator/audit?action=credentials.refused&pageSize=1000`);
    return all.find((event) => BigInt(event.id) > BigInt(id) && find(event)) ?? null;
  });
const newestId = async () =>
  (await database.sql<{ id: string }>('select coalesce(max(id), 0)::text as id from audit_events'))[0]?.id ??
  '';

test('refused credentials are events with the code, of the user if there is one, and of no other text', async () => {
  const before = await newestId();
  const path = `/v1/organizations/${tenant.organization}/audit`;
  await call('get', path, { authorization: basic(tenant.email, guess()) });
  await call('get', path, { authorization: basic(guess(), 'x') });
  await call('get', path, { authorization: `Bearer ${guess()}` });
  const ofUser = await refusedAfter(before, 'the wrong password', ({ user }) => user === tenant.email);
  expect(ofUser).toMatchObject({
    organization: tenant.organization,
    actor: 'user',
    outcome: 'refused',
    code: 'auth.required',
    address: '127.0.0.1',
  });
  const ofStranger = await refusedAfter(before, 'the unknown one', ({ actor }) => actor === 'stranger');
  expect(ofStranger).toMatchObject({ organization: null, user: null });
  // Administrators see those of their users.
  const own = await events(`${path}?action=credentials.refused`, `Bearer ${tenant.token}`);
  expect(own.map(({ user }) => user)).toContain(tenant.email);
  const [row] = await database.sql<{ text: string }>(
    "select string_agg(a::text, E'\\n') as text from audit_events a",
  );
  expect(row?.text).toContain(tenant.email);
  expect(guesses.filter((text) => row?.text.includes(text))).toEqual([]);
});

test('credentials for a path of another organization are events although the response is a 404', async () => {
  const before = await newestId();
  const other = await call('get', `/v1/organizations/${system.organization}/users`, {
    authorization: `Bearer ${tenant.token}`,
  });
  expect(other.status).toBe(404);
  const event = await refusedAfter(before, 'the foreign path', ({ user }) => user === tenant.email);
  expect(event).toMatchObject({ organization: tenant.organization, code: 'organization.not_found' });
});

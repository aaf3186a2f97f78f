import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testAudit as audit, testEvent } from '@hourglass/testing';
import { databaseWithTenant, submittedQuery, type DatabaseWithTenant } from './database-with-tenant.ts';

const terms = { leaseMs: 60_000, maxAttempts: 3, timeoutMs: 3_600_000 };

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
  await db.admin.createUser({
    organization: 'acme',
    email: 'jane@example.com',
    password: 'correct horse',
    role: 'administrator',
  });
  await db.admin.createToken({ email: 'jane@example.com', token: 'secret', scopes: ['read'] });
});
afterAll(() => db.close());

const principal = async () => db.database.accounts.authenticateToken('secret');

describe('a suspended organization', () => {
  test('is known to its credentials at once, and its queries wait without a counted attempt', async () => {
    const { queries, organizations } = db.database;
    const [running, waiting] = [await submittedQuery(db), await submittedQuery(db)];
    await queries.claim(running, terms);
    await organizations.suspend('acme', audit);
    expect((await principal())?.isSuspended).toBe(true);
    expect(await queries.listWaiting(terms, 10)).toEqual([]);
    expect(await queries.claim(waiting, terms)).toBeNull();
    expect(await queries.complete(running, 1, publication)).toBe(false);
    await organizations.resume('acme', audit);
    expect((await principal())?.isSuspended).toBe(false);
    expect(await queries.listWaiting(terms, 10)).toEqual([running, waiting]);
    expect(await queries.claim(running, terms)).toMatchObject({ attempt: 2, countedAttempt: 1 });
  });
});

const publication = {
  archiveKey: 'key',
  archiveBytes: 1,
  archiveMd5: 'md5',
  gzipBytes: 1,
  watermark: null,
  resultTtlSeconds: 60,
  rows: 0,
  rowsScanned: 0,
};

describe('a link to a result', () => {
  const newLink = async () => {
    const queryId = await submittedQuery(db);
    const jane = await principal();
    if (jane === null) throw new Error('the token is gone');
    const { id } = await db.database.resultLinks.create(
      { queryId, principal: jane, lifetimeSeconds: 60 },
      testEvent,
    );
    return id;
  };
  const works = async (id: string) => (await db.database.resultLinks.findUsable(id)) !== null;

  test('works until it, its user or its token is revoked, or the key changes', async () => {
    const { resultLinks } = db.database;
    const [one, two] = [await newLink(), await newLink()];
    expect(await Promise.all([works(one), works(two), works('no id')])).toEqual([true, true, false]);
    expect(await resultLinks.revoke('acme', { kind: 'one', id: one }, audit)).toBe(1);
    expect(await Promise.all([works(one), works(two)])).toEqual([false, true]);
    expect(await resultLinks.revoke('acme', { kind: 'user', email: 'JANE@example.com' }, audit)).toBe(1);
    expect(await works(two)).toBe(false);
    const before = await db.database.signingKeys.keyFor('result-links');
    const three = await newLink();
    expect(await resultLinks.rotateKey(audit)).toBe(1);
    expect(await works(three)).toBe(false);
    expect(Buffer.from(await db.database.signingKeys.keyFor('result-links'))).not.toEqual(
      Buffer.from(before),
    );
    const four = await newLink();
    expect(await resultLinks.list('acme', 10)).toMatchObject([{ id: four, email: 'jane@example.com' }]);
    await db.sql('delete from users');
    expect(await works(four)).toBe(false);
  });
});

test('the overview shows every organization with its use and its ceilings', async () => {
  const { organizationOverviews, lastUses, ceilings } = db.database;
  await db.admin.createOrganization('other');
  await lastUses.record({ organizations: ['acme'], tokenIds: [] });
  await ceilings.change('acme', { turnWeight: 5 }, audit);
  const all = await organizationOverviews.list({ name: null, after: null }, 10);
  expect(all.map(({ name, lastUsedAt }) => [name, lastUsedAt !== null])).toEqual([
    ['acme', true],
    ['other', false],
  ]);
  expect(all[0]).toMatchObject({ environments: 1, suspendedAt: null, ceilings: { turnWeight: 5 } });
  const [next] = await organizationOverviews.list({ name: null, after: 'acme' }, 10);
  expect(next?.name).toBe('other');
});

import { ReportError, type CheckCode } from '@hourglass/reports';
import { eventually, testAudit as audit } from '@hourglass/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';

let db: DatabaseWithTenant;
const jane = 'jane@example.com';
const sealed = Uint8Array.from([1, 2, 3]);
beforeAll(async () => {
  db = await databaseWithTenant();
  await db.admin.createUser({ organization: 'acme', email: jane, password: 'x', role: 'member' });
  await db.admin.createOrganization('other');
});
afterAll(() => db.close());
beforeEach(() => db.sql('delete from second_factors'));

const accept =
  (step: number): CheckCode =>
  ({ lastStep }) =>
    step <= (lastStep ?? -1) ? null : { kind: 'code', step };
const refuse: CheckCode = () => null;
const store = () => db.database.secondFactors;
const enrol = async () => {
  await store().start('acme', jane, sealed, audit);
  return store().confirm('acme', jane, { check: accept(1), recoveryHashes: ['aa', 'bb'] }, audit);
};

describe('the second factor of a user', () => {
  test('has the secret that was started last, and the clock of the database', async () => {
    await store().start('acme', jane, Uint8Array.from([9]), audit);
    await store().start('acme', 'JANE@example.com', sealed, audit);
    const seen: Parameters<CheckCode>[0][] = [];
    const look: CheckCode = (factor) => {
      seen.push(factor);
      return null;
    };
    expect(await store().use('acme', jane, look, audit)).toEqual({ kind: 'none' });
    const pending = { check: look, recoveryHashes: [] };
    expect(await store().confirm('acme', jane, pending, audit)).toEqual({ kind: 'wrong' });
    expect(seen).toMatchObject([{ lastStep: null, recoveryHashes: [] }]);
    expect([...(seen[0]?.sealedSecret ?? [])]).toEqual([1, 2, 3]);
    const [clock] = await db.sql<{ now: Date }>('select now() as now');
    expect(Math.abs((clock?.now.getTime() ?? 0) - (seen[0]?.nowMs ?? 0))).toBeLessThan(60_000);
  });

  test('is of its organization only', async () => {
    await enrol();
    expect(await store().use('other', jane, accept(9), audit)).toEqual({ kind: 'none' });
    for (const call of [
      () => store().find('other', jane),
      () => store().start('other', jane, sealed, audit),
      () => store().remove('other', jane, () => {}, audit),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'user.not_found' });
    }
    expect(await store().find('acme', jane)).toMatchObject({ state: 'active', recoveryCodesLeft: 2 });
  });

  test('accepts each step once, of any number of concurrent checks', async () => {
    await enrol();
    const other = new Client(db.url);
    await other.connect();
    try {
      // Both checks have begun before either can write.
      await other.query('begin; select from second_factors for update');
      const uses = [1, 2].map(() => store().use('acme', jane, accept(2), audit));
      await eventually('both wait', async () => {
        const [row] = await db.sql<{ waiting: number }>(
          `select count(*)::integer as waiting from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return row?.waiting === 2 ? true : null;
      });
      await other.query('commit');
      const kinds = (await Promise.all(uses)).map(({ kind }) => kind);
      expect(kinds.toSorted()).toEqual(['accepted', 'wrong']);
    } finally {
      await other.end();
    }
  });

  test('is not removed by a rule that throws, and a code is not used up without its event', async () => {
    await enrol();
    const refusal = new ReportError('auth.role', { role: 'operator', own: 'member' });
    const rule = () => {
      throw refusal;
    };
    await expect(store().remove('acme', jane, rule, audit)).rejects.toBe(refusal);
    const noEvent = () => {
      throw refusal;
    };
    await expect(store().use('acme', jane, accept(2), noEvent)).rejects.toBe(refusal);
    expect(await store().use('acme', jane, accept(2), audit)).toEqual({ kind: 'accepted' });
  });
});

test('wrong codes delay the next after five, twice as long each time up to 15 minutes, until one is accepted', async () => {
  await enrol();
  const fail = () => store().use('acme', jane, refuse, audit);
  const endDelay = () => db.sql('update second_factors set delayed_until = now()');
  for (let index = 0; index < 5; index += 1) expect(await fail()).toEqual({ kind: 'wrong' });
  const delays: number[] = [];
  for (let index = 0; index < 12; index += 1) {
    expect(await fail()).toEqual({ kind: 'wrong' });
    const [row] = await db.sql<{ seconds: number }>(
      `select round(extract(epoch from delayed_until - now()))::integer as seconds from second_factors`,
    );
    delays.push(row?.seconds ?? 0);
    // A delay of less than a minute may be over on a slow machine.
    if (index > 6) expect(await fail()).toMatchObject({ kind: 'delayed' });
    await endDelay();
  }
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  expect(await store().use('acme', jane, accept(5), audit)).toEqual({ kind: 'accepted' });
  for (let index = 0; index < 6; index += 1) expect(await fail()).toEqual({ kind: 'wrong' });
});

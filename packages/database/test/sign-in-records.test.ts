import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';

let db: DatabaseWithTenant;
const jane = 'jane@example.com';
beforeAll(async () => {
  db = await databaseWithTenant();
  const user = { organization: 'acme', email: jane, password: 'of a test', role: 'member' } as const;
  await db.admin.createUser(user);
});
afterAll(() => db.close());
beforeEach(() => db.sql('delete from password_failures'));

const delayAt = async (email: string, address: string) =>
  (await db.database.signIns.read(email, address)).delaySeconds;

async function fail(times: number, email: (index: number) => string, address: (index: number) => string) {
  for (let index = 0; index < times; index += 1) {
    await db.database.signIns.recordFailure(email(index), address(index));
  }
}

describe('wrong passwords', () => {
  test('delay their account at their address after five, and no other address or account', async () => {
    await fail(
      5,
      () => jane,
      () => 'a',
    );
    expect(await delayAt(jane, 'a')).toBe(0);
    await fail(
      1,
      () => jane,
      () => 'a',
    );
    expect(await delayAt(jane, 'a')).toBe(1);
    expect([await delayAt(jane, 'b'), await delayAt('joe@example.com', 'a')]).toEqual([0, 0]);
  });

  test('delay every account at their address after fifty, unknown ones alike', async () => {
    await fail(
      51,
      (index) => `${index}@example.com`,
      () => 'a',
    );
    expect([await delayAt(jane, 'a'), await delayAt('unknown@example.com', 'a')]).toEqual([1, 1]);
    expect(await delayAt(jane, 'b')).toBe(0);
  });

  test('delay their account at every address after a hundred', async () => {
    await fail(
      101,
      () => jane,
      (index) => `address ${index}`,
    );
    expect([await delayAt(jane, 'new'), await delayAt('joe@example.com', 'new')]).toEqual([1, 0]);
  });

  test('are forgotten after an hour without another one', async () => {
    await fail(
      7,
      () => jane,
      () => 'a',
    );
    await db.sql(
      `update password_failures set failed_at = now() - interval '61 minutes', delayed_until = now()`,
    );
    await fail(
      1,
      () => jane,
      () => 'a',
    );
    expect(await delayAt(jane, 'a')).toBe(0);
  });

  test('of concurrent processes are all counted', async () => {
    await Promise.all(Array.from({ length: 20 }, () => db.database.signIns.recordFailure(jane, 'a')));
    const [row] = await db.sql<{ excess: number }>('select max(excess) as excess from password_failures');
    expect(row?.excess).toBe(15);
  });

  test('never take more than 50,000 rows and those of a minute', async () => {
    const fresh = await databaseWithTenant();
    try {
      await fresh.sql(
        `insert into password_failures (key, excess, failed_at, delayed_until)
         select n::text, 1, now() - n * interval '1 millisecond', now() from generate_series(1, 60000) n`,
      );
      // Each process prunes at its first failure, and then once a minute.
      await fresh.database.signIns.recordFailure(jane, 'a');
      const [rows] = await fresh.sql<{ count: string }>('select count(*) from password_failures');
      expect(rows?.count).toBe('50000');
      expect(await fresh.sql(`select key from password_failures where key = '60000'`)).toEqual([]);
    } finally {
      await fresh.close();
    }
  });
});

describe('an address with a correct password', () => {
  const isKnown = async (address: string) => (await db.database.signIns.read(jane, address)).isKnownAddress;

  test('is known for 30 days, for its user only', async () => {
    await db.database.signIns.recordSuccess(jane, 'office');
    expect([await isKnown('office'), await isKnown('elsewhere')]).toEqual([true, false]);
    expect((await db.database.signIns.read('joe@example.com', 'office')).isKnownAddress).toBe(false);
    await db.sql(`update sign_in_addresses set used_at = now() - interval '31 days'`);
    expect(await isKnown('office')).toBe(false);
    await db.database.signIns.recordSuccess(jane, 'office');
    expect(await isKnown('office')).toBe(true);
  });

  test('is the least recent of fifty to be forgotten', async () => {
    for (let index = 0; index < 52; index += 1) {
      await db.sql(`update sign_in_addresses set used_at = used_at - interval '1 second'`);
      await db.database.signIns.recordSuccess(jane, `address ${index}`);
    }
    expect(await db.sql('select 1 from sign_in_addresses')).toHaveLength(50);
    expect([await isKnown('address 51'), await isKnown('address 0')]).toEqual([true, false]);
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../src/index.ts';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

test('Every process gets the same random key for a purpose, also on concurrent first use', async () => {
  const processes = Array.from({ length: 6 }, () => openDatabase({ as: 'owner', url: db.url, poolSize: 2 }));
  const keys = await Promise.all(processes.map(({ signingKeys }) => signingKeys.keyFor('a')));
  const other = await db.database.signingKeys.keyFor('b');
  await Promise.all(processes.map((one) => one.close()));
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
  expect(keys[0]).toHaveLength(32);
  expect(Buffer.from(other)).not.toEqual(Buffer.from(keys[0] ?? []));
});

import { expect, test } from 'vitest';
import { Client } from 'pg';
import { createTestDatabase } from '../src/index.ts';

test('databases of concurrent tests are separate', async () => {
  const databases = await Promise.all(Array.from({ length: 6 }, () => createTestDatabase()));
  expect(new Set(databases.map(({ url }) => url)).size).toBe(6);
  for (const [index, { url }] of databases.entries()) {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('create table mark (value int)');
    await client.query('insert into mark values ($1)', [index]);
    const { rows } = await client.query('select value from mark');
    expect(rows).toEqual([{ value: index }]);
    await client.end();
  }
  await Promise.all(databases.map((database) => database.drop()));
});

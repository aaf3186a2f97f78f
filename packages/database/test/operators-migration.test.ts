import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { migrationsFolder } from '@hourglass/testing';
import { expect, test } from 'vitest';
import { createEmptyDatabase, withClient } from './empty-database.ts';

const migration = '20261125092000_operators_and_token_ids';

test('an instance of an earlier version gets one operator, and its tokens stay valid under new ids', async () => {
  const database = await createEmptyDatabase();
  const { url } = database;
  const apply = async (name: string) => {
    const sql = await readFile(path.join(migrationsFolder, name, 'migration.sql'), 'utf8');
    await withClient(url, (client) => client.query(sql));
  };
  try {
    for (const name of (await readdir(migrationsFolder)).toSorted()) if (name < migration) await apply(name);
    await withClient(url, (client) =>
      client.query(`
        insert into organizations (name) values ('first'), ('second');
        insert into users (organization_id, email, password_hash, role)
        select id, p || '@' || name, 'h', r::role from organizations,
          (values (1, 'member', 'member'), (2, 'jane', 'administrator'), (3, 'joe', 'administrator')) v (n, p, r)
         order by organizations.id, n;
        insert into tokens (user_id, hash, scopes) select id, email, '{read}' from users`),
    );
    await apply(migration);
    const { rows } = await withClient(url, (client) =>
      client.query(`select email, role, length(t.id::text) as id, hash, t.scopes
                      from users u join tokens t on t.user_id = u.id order by u.id`),
    );
    const expected = [
      ['member@first', 'member'],
      ['jane@first', 'operator'],
      ['joe@first', 'administrator'],
      ['member@second', 'member'],
      ['jane@second', 'administrator'],
      ['joe@second', 'administrator'],
    ] as const;
    expect(rows).toEqual(
      expected.map(([email, role]) => ({ email, role, id: 36, hash: email, scopes: ['read'] })),
    );
  } finally {
    await database.drop();
  }
});

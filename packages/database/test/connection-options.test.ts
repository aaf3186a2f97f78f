import { randomUUID } from 'node:crypto';
import { catalogue } from '@hourglass/query';
import {
  connectDatabase,
  createTestAdmin,
  createTestDatabase,
  migrationsFolder,
  testEvent,
  type TestDatabase,
} from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, openDatabase } from '../src/index.ts';
import { databaseRoles } from '../src/connection/roles.ts';
import { noLimits, planOf } from './database-with-tenant.ts';
import { createEmptyDatabase } from './empty-database.ts';
import { startPoolerWithoutOptions } from './pooler-without-options.ts';

describe('a connection through a pooler that drops the startup options', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  test.each([
    ['api', 'hourglass_api'],
    ['worker', 'hourglass_worker'],
  ] as const)('is refused by the %s, which lacks its role', async (as, role) => {
    const pooler = await startPoolerWithoutOptions(database.url);
    const { username } = new URL(database.url);
    const opened = openDatabase({ url: pooler.url, as, poolSize: 2 });
    try {
      const refusal = `the connection to PostgreSQL has the role "${username}"; expected "${role}": a connection pooler must pass on the startup parameter "options"`;
      await expect(opened.check()).rejects.toThrow(refusal);
    } finally {
      await opened.close();
      await pooler.close();
    }
  });
});

test('tables of a schema named like the owner or a role do not replace those of the schema public', async () => {
  const database = await createEmptyDatabase();
  const { username: owner } = new URL(database.url);
  const schemas = [owner, ...databaseRoles];
  const sql = await connectDatabase(`${database.url}?options=-c%20search_path%3Dpublic`);
  try {
    for (const schema of schemas)
      await sql.sql(
        `create schema ${schema} create table queries (id uuid) create table environments (id integer)`,
      );
    await migrate({ url: database.url, folder: migrationsFolder, catalogue, log: () => {} });
    for (const schema of schemas) {
      await sql.sql(`grant usage on schema ${schema} to public`);
      await sql.sql(`grant all on all tables in schema ${schema} to public`);
    }
    const admin = createTestAdmin(sql);
    await admin.createOrganization('acme');
    const tenant = await admin.createEnvironment({ organization: 'acme', name: 'prod' });
    const api = openDatabase({ url: database.url, as: 'api', poolSize: 2 });
    try {
      const id = randomUUID();
      const submission = { id, plan: planOf(tenant), submittedBy: 'jane@example.com', audit: testEvent };
      await api.queries.submit(submission, noLimits);
      expect((await api.queries.poll({ organization: 'acme' }, id))?.id).toBe(id);
    } finally {
      await api.close();
    }
  } finally {
    await sql.end();
    await database.drop();
  }
});

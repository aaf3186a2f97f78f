import type { Tenant } from '@hourglass/query';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { testAudit as audit } from '@hourglass/testing';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';

let db: DatabaseWithTenant;
let prod: Tenant;
let staging: Tenant;
let other: Tenant;

beforeAll(async () => {
  db = await databaseWithTenant({ poolSize: 16, copyPoolSize: 2 });
  const { admin } = db;
  prod = db.tenant;
  staging = await admin.createEnvironment({ organization: 'acme', name: 'staging' });
  await admin.createOrganization('other');
  other = await admin.createEnvironment({ organization: 'other', name: 'prod' });
});
afterEach(() => db.sql('delete from environment_hostnames'));
afterAll(() => db.close());

test('A hostname belongs to one environment per organization', async () => {
  const { hostnames } = db.database;
  await hostnames.replace(prod, ['api.example.com'], audit);
  await hostnames.replace(other, ['api.example.com'], audit);
  expect(await hostnames.findTenant('acme', 'api.example.com')).toEqual(prod);
  expect(await hostnames.findTenant('other', 'api.example.com')).toEqual(other);
  expect(await hostnames.findTenant('acme', 'example.com')).toBeNull();
  expect(await hostnames.findTenant('nobody', 'api.example.com')).toBeNull();
});

test('Replacing leaves exactly the provided hostnames, each once, in alphabetical order', async () => {
  const { hostnames } = db.database;
  await hostnames.replace(prod, ['c.example', 'a.example'], audit);
  const replaced = await hostnames.replace(prod, ['b.example', 'a.example', 'b.example'], audit);
  expect(replaced).toEqual({ kind: 'replaced', hostnames: ['a.example', 'b.example'] });
  expect(await hostnames.list(prod)).toEqual(['a.example', 'b.example']);
  expect(await hostnames.replace(prod, [], audit)).toEqual({ kind: 'replaced', hostnames: [] });
  expect(await hostnames.findTenant('acme', 'a.example')).toBeNull();
});

test('A conflict names the hostname and its environment, and changes nothing', async () => {
  const { hostnames } = db.database;
  await hostnames.replace(prod, ['a.example'], audit);
  await hostnames.replace(staging, ['b.example'], audit);
  expect(await hostnames.replace(staging, ['c.example', 'a.example'], audit)).toEqual({
    kind: 'taken',
    hostname: 'a.example',
    environment: 'prod',
  });
  expect(await hostnames.list(staging)).toEqual(['b.example']);
});

test('Of environments that request the same hostnames concurrently, one gets them and the others learn its name', async () => {
  const { admin, database } = db;
  const { hostnames } = database;
  const contenders = [];
  for (let i = 0; i < 8; i += 1) {
    contenders.push(await admin.createEnvironment({ organization: 'acme', name: `contender-${i}` }));
  }
  const wanted = ['a.example', 'b.example', 'c.example'];
  for (let round = 0; round < 20; round += 1) {
    const outcomes = await Promise.all(
      contenders.map((tenant, i) =>
        hostnames.replace(tenant, i % 2 === 0 ? wanted : wanted.toReversed(), audit),
      ),
    );
    const winner = await hostnames.findTenant('acme', 'a.example');
    expect(await Promise.all(wanted.map((hostname) => hostnames.findTenant('acme', hostname)))).toEqual(
      wanted.map(() => winner),
    );
    expect(outcomes).toEqual(
      contenders.map((tenant) =>
        tenant.environmentId === winner?.environmentId
          ? { kind: 'replaced', hostnames: wanted }
          : { kind: 'taken', hostname: 'a.example', environment: winner?.environment },
      ),
    );
    await db.sql('delete from environment_hostnames');
  }
});

test('The table refuses a second owner', async () => {
  await db.database.hostnames.replace(prod, ['a.example'], audit);
  const second = db.sql(
    `insert into environment_hostnames select organization_id, 'a.example', id from environments where name = 'staging'`,
  );
  await expect(second).rejects.toThrow(/environment_hostnames_pkey/);
});

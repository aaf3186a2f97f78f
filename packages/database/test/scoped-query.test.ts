import fc from 'fast-check';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '@hourglass/testing';
import { createPool } from '../src/connection/connection-pool.ts';
import { processRoles, type DatabaseRole, type ProcessRoles } from '../src/connection/roles.ts';
import { everyTenant, type OrganizationScope, type Scope } from '../src/connection/scope.ts';
import { createScopedPool, type Queryable, type ScopedPool } from '../src/connection/scoped-pool.ts';
import { sql } from '../src/connection/sql.ts';
import { gatherReads } from '../src/request-reads/gather-reads.ts';
import { databaseWithTenant, submittedQuery, type DatabaseWithTenant } from './database-with-tenant.ts';

const roles = processRoles.api as ProcessRoles;

let db: DatabaseWithTenant;
/** Queries by the names of their tenants, separated by a slash. */
let queries: Record<string, string>;
let pool: Pool;
let scoped: ScopedPool;
beforeAll(async () => {
  db = await databaseWithTenant();
  queries = { 'acme/prod': await submittedQuery(db) };
  for (const organization of ['acme', 'other']) {
    if (organization === 'other') await db.admin.createOrganization(organization);
    for (const name of ['test', 'stage']) {
      const tenant = await db.admin.createEnvironment({ organization, name });
      queries[`${organization}/${name}`] = await submittedQuery({ ...db, tenant });
    }
  }
  await db.sql('create table effects (number integer)');
  await db.sql(`grant select, insert on effects to ${roles.base}`);
});
afterAll(() => db.close());
beforeEach(() => {
  const connection = { url: db.url, role: roles.base, statementTimeoutMs: 10_000 };
  pool = createPool({ ...connection, maxConnections: 2, isPipelined: true });
  scoped = scopedAs(roles);
});
afterEach(() => pool.end());

const ofNoScope: Queryable = { query: (statement, values) => pool.query(statement, values) };

function scopedAs(ofProcess: ProcessRoles): ScopedPool {
  return createScopedPool({ pool, roles: ofProcess, isPipelined: true });
}

describe('a statement of a pipelined pool', () => {
  test('has exactly the role and the settings of its scope, whatever ran before and beside it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
        async (turns) => {
          for (const together of turns) {
            const outcomes = await Promise.allSettled(together.map(run));
            expect(outcomes).toEqual(together.map(expectedOutcome));
          }
          expect(await settingsOf(ofNoScope)).toEqual({ ...noSettings, role: roles.base });
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each(['insert into effects values (1)', 'with added as (insert into effects values (1)) select 1'])(
    'does not run when a setting fails: %s',
    async (statement) => {
      const failing = scopedAs({ ...roles, environment: 'no_such_role' as DatabaseRole });
      await expect(failing.within({ environmentId: 1 }).query(statement)).rejects.toThrow(/no_such_role/);
      expect(await db.sql('select * from effects')).toEqual([]);
      expect(pool.totalCount).toBe(0);
      const { environment } = await settingsOf(scoped.within({ environmentId: 7 }));
      expect(environment).toBe('7');
    },
  );

  test('is rolled back as a whole when it fails', async () => {
    const failing = `with added as (insert into effects values (1) returning number) select 1 / (number - 1) from added`;
    await expect(scoped.within({ environmentId: 1 }).query(failing)).rejects.toThrow(/division by zero/);
    expect(await db.sql('select * from effects')).toEqual([]);
  });

  test('refuses text with a second statement', async () => {
    const both = 'select 1; reset role';
    await expect(scoped.within(everyTenant).query(both)).rejects.toThrow(/multiple commands/);
  });

  test('returns its rows and their number, without those of its settings', async () => {
    const { rows, rowCount } = await scoped.within({ environmentId: 1 }).query(sql`
      select number from generate_series(1, ${3}::integer) number`);
    expect({ rows, rowCount }).toEqual({ rows: [{ number: 1 }, { number: 2 }, { number: 3 }], rowCount: 3 });
    const added = await scoped.within({ environmentId: 1 }).query('insert into effects values (1), (2)');
    expect({ rows: added.rows, rowCount: added.rowCount }).toEqual({ rows: [], rowCount: 2 });
    await db.sql('delete from effects');
  });
});

describe('a batch of reads', () => {
  test('sees the queries of exactly the tenants that its inputs name', async () => {
    const tenants = fc.subarray(tenantsOf(queries), { minLength: 0 });
    const readVisible = visibleReader();
    await fc.assert(
      fc.asyncProperty(fc.array(tenants, { minLength: 1, maxLength: 6 }), async (batches) => {
        for (const named of batches) {
          const seen = await Promise.all([undefined, ...named].map((tenant) => readVisible(tenant)));
          const expected = named.map(
            ({ organization, environment }) => queries[`${organization}/${environment}`],
          );
          for (const ids of seen) expect(new Set(ids)).toEqual(new Set(expected));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('has its scope on the connection that replaces a lost one', async () => {
    const readVisible = visibleReader();
    const tenant = { organization: 'acme', environment: 'prod' };
    for (let lost = 0; lost < 3; lost += 1) {
      expect(await readVisible(tenant)).toEqual([queries['acme/prod']]);
      await db.sql(`select pg_terminate_backend(pid) from pg_stat_activity
                     where pid <> pg_backend_pid() and application_name = 'hourglass' and datname = current_database()`);
      await eventually('the pool has noticed', () => (pool.totalCount === 0 ? true : null));
      expect(await readVisible()).toEqual([]);
    }
  });

  /** Reads the ids of all queries that the statement may see. */
  function visibleReader(): (tenant?: OrganizationScope) => Promise<readonly string[]> {
    type Ids = readonly string[];
    const read = gatherReads(scoped)<OrganizationScope | undefined, { key: string; ids: Ids }, Ids>({
      keyOf: (tenant) => JSON.stringify(tenant ?? null),
      tenantOf: (tenant) => tenant as OrganizationScope,
      select: (tenants) => sql`
        select key, (select coalesce(json_agg(id), '[]') from queries) as ids
          from unnest(${[...tenants.keys()]}::text[]) key`,
      valueOf: ({ ids }) => ids,
    });
    return async (tenant) => (await read(tenant)) ?? [];
  }
});

/** A statement in a scope, and whether it fails. */
interface Step {
  readonly scope: Scope;
  readonly fails: boolean;
}

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !text.includes('\0'));
const organization = fc.record({ organization: name, environment: name }, { requiredKeys: ['organization'] });
const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.record({ environmentId: fc.nat() }),
  organization as fc.Arbitrary<OrganizationScope>,
  fc.record({ tenants: fc.array(organization as fc.Arbitrary<OrganizationScope>, { maxLength: 4 }) }),
  fc.constant(everyTenant),
);
const step: fc.Arbitrary<Step> = fc.record({
  scope,
  fails: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
});

interface FoundSettings {
  readonly role: string;
  readonly environment: string;
  readonly organization: string;
  readonly environmentName: string;
  readonly organizations: readonly string[];
  readonly environments: readonly string[];
}

const noSettings = {
  environment: '',
  organization: '',
  environmentName: '',
  organizations: [],
  environments: [],
};

async function settingsOf(queryable: Queryable): Promise<FoundSettings> {
  const setting = (text: string) => `coalesce(current_setting('hourglass.${text}', true), '')`;
  const { rows } = await queryable.query<{ found: FoundSettings }>({
    name: 'settings',
    text: `select json_build_object(
             'role', current_user, 'environment', ${setting('environment')},
             'organization', ${setting('organization')}, 'environmentName', ${setting('environment_name')},
             'organizations', coalesce(nullif(${setting('organizations')}, '')::text[], '{}'),
             'environments', coalesce(nullif(${setting('environments')}, '')::text[], '{}')) as found`,
  });
  return rows[0]?.found as FoundSettings;
}

async function run({ scope: within, fails }: Step): Promise<FoundSettings> {
  if (fails) await scoped.within(within).query('select 1 / 0');
  return settingsOf(scoped.within(within));
}

function expectedOutcome({ scope: within, fails }: Step): object {
  return fails
    ? { status: 'rejected', reason: expect.objectContaining({ message: 'division by zero' }) }
    : { status: 'fulfilled', value: { ...noSettings, ...expectedSettings(within) } };
}

function expectedSettings(within: Scope): Partial<FoundSettings> {
  if (within === everyTenant) return { role: roles.everyTenant };
  if ('environmentId' in within) return { role: roles.environment, environment: `${within.environmentId}` };
  if ('tenants' in within)
    return {
      role: roles.requests,
      organizations: within.tenants.map((tenant) => tenant.organization),
      environments: within.tenants.map((tenant) => tenant.environment ?? ''),
    };
  const { organization: named, environment = '' } = within;
  return { role: roles.organization, organization: named, environmentName: environment };
}

function tenantsOf(byTenant: Readonly<Record<string, string>>): OrganizationScope[] {
  return Object.keys(byTenant).map((key) => {
    const [organizationName = '', environment = ''] = key.split('/');
    return { organization: organizationName, environment };
  });
}

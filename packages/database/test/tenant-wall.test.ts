import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, escapeIdentifier } from 'pg';
import { catalogue } from '@hourglass/query';
import { migrationsFolder, repositoryRoot } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseRoles, processRoles, type DatabaseRole } from '../src/connection/roles.ts';
import { beginWith, settingsOf, type Scope } from '../src/connection/scope.ts';
import { migrate } from '../src/index.ts';
import { databaseWithTenant, submittedQuery, type DatabaseWithTenant } from './database-with-tenant.ts';

/** Tables without rows of tenants: keys of the instance, its schedule, and hashes of guessed passwords. */
const ofNoTenant = [
  ...[
    '_prisma_migrations',
    'event_counts',
    'password_failures',
    'periodic_jobs',
    'scheduler',
    'signing_keys',
  ],
];
/** Roles that see one tenant only. */
const scopedRoles: readonly DatabaseRole[] = [
  'hourglass_api',
  'hourglass_api_accounts',
  'hourglass_worker_facts',
];
const insufficientPrivilege = '42501';

let db: DatabaseWithTenant;
/** Connects as the owner, and so may take every role. */
let client: Client;
let relations: readonly Relation[];

interface Relation {
  readonly name: string;
  readonly isTable: boolean;
  readonly hasPolicies: boolean;
  readonly columns: readonly { readonly name: string; readonly value: string }[];
}

beforeAll(async () => {
  db = await databaseWithTenant();
  await db.admin.createOrganization('other');
  await db.admin.createEnvironment({ organization: 'other', name: 'prod' });
  client = new Client(db.url);
  await client.connect();
  relations = await readRelations();
  await fillTables();
});
afterAll(async () => {
  await client.end();
  await db.close();
});

/** A value of each column's type, in which `tenant` stands for 1 or 2. */
async function readRelations(): Promise<readonly Relation[]> {
  const { rows } = await client.query<Relation>(`
    select c.relname as name, c.relkind <> 'v' as "isTable", c.relrowsecurity as "hasPolicies",
           json_agg(json_build_object('name', a.attname, 'value',
             case when t.typtype = 'e' then (select quote_literal(min(enumlabel)) from pg_enum where enumtypid = t.oid)
                  when t.typname = 'bool' then 'true'
                  when t.typname = 'uuid' then '(''00000000-0000-4000-8000-00000000000'' || tenant)::uuid'
                  when t.typname = 'jsonb' then quote_literal('[]')
                  when t.typname = 'bytea' then quote_literal('\\x00')
                  when t.typname = '_text' then quote_literal('{}')
                  when t.typname in ('timestamptz', 'date') then 'now()'
                  when c.relname = 'organizations' and a.attname = 'name' or a.attname = 'organization'
                  then '(array[''acme'', ''other''])[tenant]'
                  when t.typname = 'pg_snapshot' then 'null'
                  else 'tenant::text::' || format_type(t.oid, null) end)) as columns
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
     group by c.oid order by c.relname`);
  return rows;
}

/** Two rows in every table, one for each tenant, whose ids are 1 and 2. */
async function fillTables(): Promise<void> {
  const tables = relations.filter(({ name, isTable }) => isTable && !ofNoTenant.includes(name));
  const inserts = tables.map(({ name, columns }) => {
    const names = columns.map((column) => escapeIdentifier(column.name)).join(', ');
    const values = columns.map(({ value }) => value).join(', ');
    return `insert into ${escapeIdentifier(name)} (${names})
            select ${values} from generate_series(1, 2) tenant on conflict do nothing`;
  });
  // Neither foreign keys nor triggers.
  await client.query(`begin; set local session_replication_role = replica; ${inserts.join('; ')}; commit`);
  // Triggers insert events after these.
  await client.query("select setval('query_events_id_seq', 2)");
}

/** The number of rows that the role sees; null: it may not read the relation. */
async function visible(role: DatabaseRole, settings: string, name: string): Promise<number | null> {
  await client.query(`begin; set local role ${role}; ${settings}`);
  try {
    const { rows } = await client.query<{ seen: number }>(
      `select count(*)::integer as seen from ${escapeIdentifier(name)}`,
    );
    return rows[0]?.seen ?? -1;
  } catch (error) {
    if ((error as { code?: string }).code !== insufficientPrivilege) throw error;
    return null;
  } finally {
    await client.query('rollback');
  }
}

/** Inserts the row of a tenant, in a transaction that is rolled back. Returns the SQLSTATE of the error; null: none. */
async function insertError(role: DatabaseRole, settings: string, { name, columns }: Relation, tenant: 1 | 2) {
  await client.query(`begin; set local role ${role}; ${settings}`);
  try {
    await client.query(
      `insert into ${escapeIdentifier(name)} (${columns.map((column) => escapeIdentifier(column.name)).join(', ')})
       select ${columns.map(({ value }) => value).join(', ')} from (select ${tenant} as tenant) one`,
    );
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await client.query('rollback');
  }
}

async function insertableBy(role: DatabaseRole): Promise<readonly Relation[]> {
  const { rows } = await client.query<{ name: string }>(
    `select name from unnest($2::text[]) as name where has_table_privilege($1, quote_ident(name), 'INSERT')`,
    [role, relations.map(({ name }) => name)],
  );
  return relations.filter(({ name, isTable }) => isTable && rows.some((row) => row.name === name));
}

/** The rows of both tenants. Views of hot facts show one tenant to the owner as well. */
async function rowsOf(relation: string): Promise<number> {
  const { rows } = await client.query<{ found: number }>(
    `select count(*)::integer as found from ${escapeIdentifier(relation.replace(/_in_scope$/, ''))}`,
  );
  return rows[0]?.found ?? 0;
}

describe('a table with rows of tenants', () => {
  test('has policies, or cannot be read', async () => {
    const open: string[] = [];
    for (const { name, isTable, hasPolicies } of relations) {
      if (!isTable || hasPolicies || ofNoTenant.includes(name)) continue;
      for (const role of databaseRoles)
        if ((await visible(role, '', name)) !== null) open.push(`${role} ${name}`);
    }
    expect(open).toEqual([]);
  });

  test('shows no row to a role of one tenant whose transaction has no scope', async () => {
    const shown: unknown[] = [];
    for (const { name } of relations)
      for (const role of scopedRoles) {
        const seen = await visible(role, '', name);
        if (seen !== null && seen > 0) shown.push({ role, name, seen });
      }
    expect(shown).toEqual([]);
  });

  const scopesOfOne: [DatabaseRole, string][] = [
    ['hourglass_api', `set local hourglass.environment = '1'`],
    ['hourglass_api_accounts', `set local hourglass.organization = 'acme'`],
    ['hourglass_worker_facts', `set local hourglass.environment = '1'`],
  ];

  test.each(scopesOfOne)('refuses %s a row of another tenant', async (role, settings) => {
    const tables = await insertableBy(role);
    expect(tables.length).toBeGreaterThan(0);
    const results: unknown[] = [];
    for (const table of tables) {
      // The row of its own tenant exists already.
      const own = await insertError(role, settings, table, 1);
      const foreign = await insertError(role, settings, table, 2);
      results.push([table.name, own === insufficientPrivilege, foreign]);
    }
    expect(results).toEqual(tables.map(({ name }) => [name, false, insufficientPrivilege]));
  });

  test.each(scopesOfOne)(
    'shows %s the rows of the tenant of its scope, and no other',
    async (role, settings) => {
      const seen: Record<string, number> = {};
      const ofOne: Record<string, number> = {};
      for (const { name } of relations) {
        const rows = await visible(role, settings, name);
        if (rows === null) continue;
        seen[name] = rows;
        ofOne[name] = (await rowsOf(name)) / 2;
      }
      expect(Object.keys(seen).length).toBeGreaterThan(8);
      expect(seen).toEqual(ofOne);
    },
  );

  test('shows reads of requests the queries, events and fields of the tenants that they name', async () => {
    const scope: Scope = {
      tenants: [{ organization: 'other', environment: 'prod' }, { organization: 'none' }],
    };
    const { role = '', ...settings } = settingsOf(scope, processRoles.api) as Record<string, string>;
    for (const name of ['queries', 'query_events', 'custom_fields'])
      expect(await visible(role as DatabaseRole, beginWith(settings, ''), name)).toBe(1);
  });
});

test('the grants are those of the decision', async () => {
  const { rows } = await client.query<{ table: string; role: string; verb: string }>(
    `select table_name as table, grantee as role, lower(left(privilege_type, 1)) as verb
       from information_schema.role_table_grants where grantee = any($1)
      union
     select table_name, grantee, lower(left(privilege_type, 1)) || '*'
       from information_schema.column_privileges c
      where grantee = any($1)
        and not exists (select from information_schema.role_table_grants t
                         where (t.table_name, t.grantee, t.privilege_type) = (c.table_name, c.grantee, c.privilege_type))`,
    [databaseRoles],
  );
  const found = rows.map(({ table, role, verb }) => `${role} ${verb} ${table}`);
  const decided = await grantsOfDecision();
  expect(decided.length).toBeGreaterThan(100);
  expect(found.toSorted()).toEqual(decided.toSorted());
});

/** Reads the table of the page. Some of its lines stand for several tables. */
async function grantsOfDecision(): Promise<readonly string[]> {
  const page = await readFile(`${repositoryRoot}/docs/decisions/0037-second-wall.md`, 'utf8');
  const lines = page.split('\n').filter((line) => line.startsWith('|'));
  const cells = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const [header = [], , ...body] = cells;
  const roles = header.slice(1).map((cell) => `hourglass_${cell.replaceAll('`', '')}`);
  return body.flatMap(([names = '', ...granted]) =>
    tablesOf(names).flatMap((table) =>
      granted.flatMap((verbs, at) =>
        [...verbs.replaceAll('\\', '').matchAll(/\w\*?/g)].map(
          ([verb]) => `${roles[at] ?? ''} ${verb} ${table}`,
        ),
      ),
    ),
  );
}

function tablesOf(names: string): readonly string[] {
  const isOf = ({ name, isTable, columns }: Relation) => {
    const isHot = name.startsWith('hot_');
    const isRecords = !isHot && columns.some((column) => column.name === 'batch_seq');
    if (names === 'hot tables') return isHot && isTable;
    if (names === 'views of hot tables') return isHot && !isTable;
    if (names === 'tables of records') return isRecords && isTable;
    if (names === 'views of records') return isRecords && !isTable;
    return names.split(', ').includes(name);
  };
  return relations.filter(isOf).map(({ name }) => name);
}

describe('a fact of another environment is refused by its hot table', () => {
  /** The statement is prepared once, and executed in transactions with different scopes. */
  async function insert(scope: number, environment: number): Promise<void> {
    await client.query(`begin; set local role hourglass_api; set local hourglass.environment = '${scope}'`);
    try {
      await client.query({
        name: 'insert-fact',
        text: `insert into hot_api_facts (environment_id, batch_seq, "timestamp") values ($1, 1, now())`,
        values: [environment],
      });
    } finally {
      await client.query('rollback');
    }
  }
  const refused = (environment: number) =>
    `the fact belongs to environment ${environment}; expected that of the scope`;

  test('whatever scope the connection had before', async () => {
    // Beyond the executions after which PostgreSQL may keep a plan.
    for (let round = 0; round < 8; round += 1) {
      await insert(1, 1);
      await expect(insert(1, 2)).rejects.toThrow(refused(2));
      await insert(2, 2);
      await expect(insert(2, 1)).rejects.toThrow(refused(1));
    }
  });

  test('by one trigger, also after an upgrade from a version with another', async () => {
    await client.query(`create trigger facts_of_scope_only after insert on hot_api_facts
      for each row when (false) execute function refuse_foreign_fact()`);
    await client.query('drop trigger facts_of_scope on hot_api_facts');
    await migrate({ url: db.url, folder: migrationsFolder, catalogue, log: () => {} });
    const { rows } = await client.query<{ name: string }>(
      `select tgname as name from pg_trigger where tgrelid = 'hot_api_facts'::regclass and not tgisinternal`,
    );
    expect(rows).toEqual([{ name: 'facts_of_scope' }]);
    await expect(insert(1, 2)).rejects.toThrow(refused(2));
  });
});

test('a poll sees the query of its scope only, also when others ask for it in the same statement', async () => {
  const { queries } = db.database;
  const id = await submittedQuery(db);
  const polls = [
    { organization: 'other' },
    { organization: 'other', environment: 'prod' },
    { organization: 'acme', environment: 'test' },
    { organization: 'acme' },
    { organization: 'acme', environment: 'prod' },
  ].map((scope) => queries.poll(scope, id));
  expect((await Promise.all(polls)).map((query) => query?.id ?? null)).toEqual([null, null, null, id, id]);
});

test('a user of another instance that may connect and assume a role is logged, until it may not connect', async () => {
  const foreign = `foreign_${randomUUID().replaceAll('-', '')}`;
  const ownDatabase = escapeIdentifier(new URL(db.url).pathname.slice(1));
  const logged = async () => {
    const lines: string[] = [];
    await migrate({ url: db.url, folder: migrationsFolder, catalogue, log: (line) => lines.push(line) });
    return lines.filter((line) => line.includes(foreign));
  };
  await client.query(`create role ${foreign} login`);
  try {
    expect(await logged()).toEqual([]);
    await client.query(`grant hourglass_worker_facts to ${foreign}`);
    expect(await logged()).toEqual([expect.stringContaining(`may assume the roles of this database: "`)]);
    await client.query(`revoke connect on database ${ownDatabase} from public`);
    expect(await logged()).toEqual([]);
  } finally {
    await client.query(`drop role ${foreign}`);
  }
});

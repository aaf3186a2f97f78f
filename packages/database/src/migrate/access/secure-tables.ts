import { hash } from 'node:crypto';
import { viewOfHotTable } from '@hourglass/query';
import { escapeIdentifier, type Client } from 'pg';
import { databaseRoles, type DatabaseRole } from '../../connection/roles.ts';
import { ensureRoles } from './ensure-roles.ts';
import { secureFunctions } from './function-access.ts';
import { createWallFunctions, hotTableWall } from './hot-table-wall.ts';
import { reportOtherMembers } from './other-members.ts';
import { readRelations, type Relation } from './relations.ts';
import {
  hotTableAccess,
  hotViewAccess,
  recordTableAccess,
  sequenceAccess,
  tableAccess,
  viewAccess,
  type AccessByRole,
  type TableAccess,
} from './table-access.ts';

/**
 * Creates the roles of API and worker, and makes the grants and policies of every table, view and
 * sequence those of `table-access.ts`. Changes only what differs, because a policy locks its table.
 * The owner of the tables is not subject to the policies, so that processes of an earlier version,
 * which connect as the owner, continue.
 * @throws MigrationRefused when the user may not create the roles
 */
export async function secureTables(client: Client, log: (message: string) => void): Promise<void> {
  await ensureRoles(client, log);
  await client.query(
    `do $$ begin execute format('grant usage on schema %I to ${databaseRoles.join(', ')}', current_schema()); end $$`,
  );
  await client.query(createWallFunctions);
  const before = await readRelations(client);
  for (const table of before.filter(({ content }) => content === 'facts')) {
    const view = before.find(({ name }) => name === viewOfHotTable(table.name));
    await runInTransaction(client, hotTableWall(table, view));
  }
  let changed = 0;
  for (const relation of await readRelations(client)) {
    const statements = [...grantsOf(relation), ...policiesOf(relation), ...optionsOf(relation)];
    await runInTransaction(client, statements);
    if (statements.length > 0) changed += 1;
  }
  await secureFunctions(client);
  await reportOtherMembers(client, log);
  if (changed > 0) log(`changed grants and policies of ${changed} tables, views and sequences`);
}

/** Several statements in one query are one transaction. */
async function runInTransaction(client: Client, statements: readonly string[]): Promise<void> {
  if (statements.length > 0) await client.query(statements.join('; '));
}

function accessTo({ name, kind, content }: Relation): readonly (readonly [DatabaseRole, TableAccess])[] {
  const access =
    kind === 'sequence'
      ? sequenceGrants(name)
      : kind === 'view'
        ? isHotView(name)
          ? hotViewAccess
          : viewAccess
        : content === null
          ? (tableAccess[name] ?? {})
          : content === 'facts'
            ? hotTableAccess
            : recordTableAccess;
  return databaseRoles.flatMap((role) => {
    const granted = access[role];
    return granted === undefined ? [] : [[role, granted] as const];
  });
}

function isHotView(name: string): boolean {
  return name.endsWith(viewOfHotTable(''));
}

function sequenceGrants(name: string): AccessByRole {
  const roles = sequenceAccess[name] ?? [];
  return Object.fromEntries(roles.map((role) => [role, { verbs: ['usage'], rows: null }] as const));
}

function grantsOf(relation: Relation): readonly string[] {
  const granted = accessTo(relation).flatMap(([role, { verbs }]) => verbs.map((verb) => ({ role, verb })));
  const wanted = new Set(
    granted.flatMap(({ role, verb }) => privilegesOf(verb).map((one) => `${role} ${one}`)),
  );
  if (wanted.size === relation.grants.length && relation.grants.every((grant) => wanted.has(grant)))
    return [];
  const object = `${relation.kind === 'sequence' ? 'sequence' : 'table'} ${escapeIdentifier(relation.name)}`;
  return [
    `revoke all on ${object} from ${databaseRoles.join(', ')}`,
    ...granted.map(({ role, verb }) => `grant ${verb} on ${object} to ${role}`),
  ];
}

/** Returns the privileges of a verb as the catalogue has them: one for each column. */
function privilegesOf(verb: string): readonly string[] {
  const [, name = verb, columns] = /^(\w+) \((.*)\)$/.exec(verb) ?? [];
  const privilege = name.toUpperCase();
  return columns === undefined
    ? [privilege]
    : columns.split(', ').map((column) => `${privilege} (${column})`);
}

function policiesOf(relation: Relation): readonly string[] {
  const table = escapeIdentifier(relation.name);
  const wanted = new Map(
    accessTo(relation).flatMap(([role, { rows }]) =>
      rows === null ? [] : [[policyName(role, rows), { role, rows }] as const],
    ),
  );
  if (wanted.size === 0) return [];
  const own = relation.policies.filter((name) => databaseRoles.some((role) => name.startsWith(role)));
  return [
    ...own
      .filter((name) => !wanted.has(name))
      .map((name) => `drop policy ${escapeIdentifier(name)} on ${table}`),
    ...[...wanted]
      .filter(([name]) => !own.includes(name))
      .map(
        ([name, { role, rows }]) =>
          `create policy ${escapeIdentifier(name)} on ${table} to ${role} using (${rows})`,
      ),
    ...(relation.hasRowSecurity ? [] : [`alter table ${table} enable row level security`]),
  ];
}

/** The name ends with a hash of the conditions, by which an unchanged policy is recognized. */
function policyName(role: DatabaseRole, conditions: string): string {
  return `${role}_${hash('sha256', conditions, 'hex').slice(0, 8)}`;
}

function optionsOf({ name, kind, readsAsInvoker }: Relation): readonly string[] {
  return kind === 'view' && !isHotView(name) && !readsAsInvoker
    ? [`alter view ${escapeIdentifier(name)} set (security_invoker = true)`]
    : [];
}

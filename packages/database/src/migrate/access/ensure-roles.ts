import { escapeIdentifier, type Client } from 'pg';
import { databaseRoles } from '../../connection/roles.ts';
import { MigrationRefused } from '../migration-history.ts';

const insufficientPrivilege = '42501';
/** Roles belong to the whole server, so processes that migrate other databases may create them meanwhile. */
const concurrentChanges = new Set([
  '42710', // duplicate object
  '23505', // unique violation in the catalogue
  'XX000', // tuple concurrently updated
]);
const maxTries = 10;

/**
 * Creates the roles of API and worker that the server lacks, and lets the current user assume them.
 * @throws MigrationRefused with the statements for an administrator of the server, when the user may
 * not create roles
 */
export async function ensureRoles(client: Client, log: (message: string) => void): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      for (const statement of await missingStatements(client)) {
        await client.query(statement);
        log(`ran ${statement}`);
      }
      return;
    } catch (error) {
      const { code = '' } = error as { readonly code?: string };
      if (code === insufficientPrivilege) throw await refusal(client, error);
      if (!concurrentChanges.has(code) || tries === maxTries) throw error;
    }
  }
}

/**
 * From PostgreSQL 16 on, the user that creates a role is a member that may grant it, but not assume it until it grants
 * it to itself.
 */
const mayAssume = `pg_has_role(current_user, found.oid,
  case when current_setting('server_version_num')::integer < 160000 then 'MEMBER' else 'SET' end)`;

async function missingStatements(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ role: string; exists: boolean; member: boolean; owner: string }>(
    `select wanted.role, found.oid is not null as exists, current_user as owner,
            coalesce(${mayAssume}, false) as member
       from unnest($1::text[]) with ordinality as wanted (role, position)
       left join pg_roles found on found.rolname = wanted.role
      order by wanted.position`,
    [databaseRoles],
  );
  return rows.flatMap(({ role, exists, member, owner }) => [
    ...(exists ? [] : [`create role ${role} nologin`]),
    // Superusers assume every role.
    ...(member ? [] : [`grant ${role} to ${escapeIdentifier(owner)}`]),
  ]);
}

async function refusal(client: Client, cause: unknown): Promise<MigrationRefused> {
  const statements = (await missingStatements(client)).map((statement) => `${statement};`).join(' ');
  const refused = new MigrationRefused(
    `the user of DATABASE_URL may not create roles; expected that an administrator of the server runs: ${statements}`,
  );
  refused.cause = cause;
  return refused;
}

import type { Client } from 'pg';
import { databaseRoles } from '../../connection/roles.ts';

/**
 * Logs the users, besides the current one and superusers, that may connect to this database and assume
 * one of its roles. Roles belong to the whole server: the user of another instance there is a member
 * of the same ones, and would see the rows of this instance.
 */
export async function reportOtherMembers(client: Client, log: (message: string) => void): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct login.rolname as name
       from pg_roles login
       join pg_roles granted on granted.rolname = any($1::text[])
                            and pg_has_role(login.oid, granted.oid, 'MEMBER')
      where login.rolcanlogin and not login.rolsuper and login.rolname <> current_user
        and has_database_privilege(login.oid, current_database(), 'CONNECT')
      order by 1`,
    [databaseRoles],
  );
  if (rows.length === 0) return;
  const users = rows.map(({ name }) => `"${name}"`).join(', ');
  log(
    `other users of this server may assume the roles of this database: ${users}; expected only those of ` +
      'its own API and worker. REVOKE CONNECT ON DATABASE … FROM PUBLIC keeps others out',
  );
}

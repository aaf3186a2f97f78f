import type { Client } from 'pg';
import type { DatabaseRole } from '../../connection/roles.ts';

/** Roles that insert events of any tenant. They cannot read or change the table thereby. */
const writersOfEvents: readonly DatabaseRole[] = [
  'hourglass_api',
  'hourglass_api_accounts',
  'hourglass_api_global',
  'hourglass_worker',
  'hourglass_worker_facts',
];
const eventFunction = 'insert_audit_event(jsonb)';

/** Lets the function that inserts events run with the rights of the owner, and only for its roles. */
export async function secureFunctions(client: Client): Promise<void> {
  const { rows } = await client.query<{ schema: string; isSecure: boolean | null }>(
    `select quote_ident(current_schema()) as schema,
            (select prosecdef from pg_proc where oid = to_regprocedure($1)) as "isSecure"`,
    [eventFunction],
  );
  const [found] = rows;
  // An earlier version has no events.
  if (found === undefined || found.isSecure !== false) return;
  await client.query(`
    alter function ${eventFunction} security definer set search_path = ${found.schema}, pg_temp;
    revoke execute on function ${eventFunction} from public;
    grant execute on function ${eventFunction} to ${writersOfEvents.join(', ')}`);
}

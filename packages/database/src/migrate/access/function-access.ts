import type { Client } from 'pg';
import type { DatabaseRole } from '../../connection/roles.ts';

/** Functions that run with the rights of the owner, with the roles that may call them. */
const functions: readonly { readonly name: string; readonly callers: readonly DatabaseRole[] }[] = [
  {
    // Inserts events of any tenant. Its callers cannot read or change the table thereby.
    name: 'insert_audit_event(jsonb)',
    callers: [
      'hourglass_api',
      'hourglass_api_accounts',
      'hourglass_api_global',
      'hourglass_worker',
      'hourglass_worker_facts',
    ],
  },
  // Count the queries of every tenant, and return nothing that names one.
  { name: 'queue_places(uuid[])', callers: ['hourglass_api_reads'] },
  { name: 'queue_load()', callers: ['hourglass_api_reads'] },
  // Triggers, which no role may call.
  { name: 'log_submitted_queries()', callers: [] },
  { name: 'log_changed_queries()', callers: [] },
  { name: 'note_fact_change()', callers: [] },
  { name: 'note_retention_change()', callers: [] },
  { name: 'note_rate_change()', callers: [] },
];

/** Lets functions that insert events run with the rights of the owner, and only for their roles. */
export async function secureFunctions(client: Client): Promise<void> {
  for (const { name, callers } of functions) {
    const { rows } = await client.query<{ schema: string; isSecure: boolean | null }>(
      `select quote_ident(current_schema()) as schema,
              (select prosecdef and proconfig is not null from pg_proc where oid = to_regprocedure($1)) as "isSecure"`,
      [name],
    );
    const [found] = rows;
    // An earlier version does not have every function.
    if (found === undefined || found.isSecure !== false) continue;
    await client.query(`
      alter function ${name} security definer set search_path = ${found.schema}, pg_temp;
      revoke execute on function ${name} from public;
      ${callers.length === 0 ? '' : `grant execute on function ${name} to ${callers.join(', ')}`}`);
  }
}

import type { Client } from 'pg';
import { databaseRoles } from '../../connection/roles.ts';

/** A table, view or sequence of the schema, with what its roles may do now. */
export interface Relation {
  readonly name: string;
  readonly kind: 'table' | 'view' | 'sequence';
  /** Whether it is a table of facts or records, which have these columns. */
  readonly content: 'facts' | 'records' | null;
  /** Each is like `hourglass_api SELECT` or, for a column, `hourglass_api SELECT (id)`. */
  readonly grants: readonly string[];
  readonly hasRowSecurity: boolean;
  /** Names of policies. */
  readonly policies: readonly string[];
  readonly triggers: readonly string[];
  readonly columns: number;
  /** Whether a view reads its tables with the rights of its reader. */
  readonly readsAsInvoker: boolean;
}

export async function readRelations(client: Client): Promise<readonly Relation[]> {
  const { rows } = await client.query<Relation>(
    `select c.relname as name,
            case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end as kind,
            case when c.relkind <> 'r' or not has.batch_seq then null
                 when has.timestamp then 'facts' else 'records' end as content,
            array(select granted.role || ' ' || granted.privilege from (
              select grantee, privilege_type as privilege from aclexplode(c.relacl)
               union all
              select acl.grantee, format('%s (%s)', acl.privilege_type, a.attname)
                from pg_attribute a cross join aclexplode(a.attacl) acl
               where a.attrelid = c.oid and not a.attisdropped) acl (grantee, privilege)
              join pg_roles r on r.oid = acl.grantee
              cross join lateral (select r.rolname as role, acl.privilege) granted
             where r.rolname = any($1)) as grants,
            c.relrowsecurity as "hasRowSecurity",
            array(select polname::text from pg_policy where polrelid = c.oid) as policies,
            array(select tgname::text from pg_trigger where tgrelid = c.oid and not tgisinternal) as triggers,
            has.columns,
            coalesce('security_invoker=true' = any(c.reloptions), false) as "readsAsInvoker"
       from pg_class c
      cross join lateral (
        select count(*) filter (where attname in ('environment_id', 'batch_seq')) = 2 as batch_seq,
               count(*) filter (where attname = 'timestamp') = 1 as timestamp,
               count(*)::integer as columns
          from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) has
      where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'v', 'S')
      order by c.relname`,
    [databaseRoles],
  );
  return rows;
}

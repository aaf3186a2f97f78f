import type { Tenant } from '@hourglass/query';
import type { QueryScope } from '@hourglass/reports';
import { sql } from '../connection/sql.ts';
import type { GatherReads } from './gather-reads.ts';

interface TenantRow extends Tenant {
  readonly key: string;
}

/** Reads the tenant of a scope; null: the environment does not exist. */
export function tenantReader(reads: GatherReads): (scope: QueryScope) => Promise<Tenant | null> {
  const tenantOf = reads<QueryScope, TenantRow, Tenant>({
    keyOf: ({ organization, environment }) => JSON.stringify([organization, environment]),
    select: (scopes) => sql`
      select requested.key, o.name as organization, e.name as environment, e.id as "environmentId"
        from unnest(${[...scopes.keys()]}::text[],
                    ${[...scopes.values()].map(({ organization }) => organization)}::text[],
                    ${[...scopes.values()].map(({ environment }) => environment)}::text[])
             as requested (key, organization, environment)
        join organizations o on o.name = requested.organization
        join environments e on e.organization_id = o.id and e.name = requested.environment`,
    valueOf: ({ organization, environment, environmentId }) => ({ organization, environment, environmentId }),
  });
  return async ({ organization, environment }) => {
    // PostgreSQL refuses a NUL in a text, and no name contains one.
    if (`${organization}${environment}`.includes('\0')) return null;
    return tenantOf({ organization, environment });
  };
}

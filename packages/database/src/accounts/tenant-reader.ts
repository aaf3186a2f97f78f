import type { Tenant } from '@hourglass/query';
import type { QueryScope } from '@hourglass/reports';
import type { GatherReads } from '../connection/gather-reads.ts';
import { Prisma } from '../generated/client.ts';

interface TenantRow {
  readonly key: string;
  readonly environmentId: number;
}

/** Null: there is no such environment. */
export function tenantReader(reads: GatherReads): (scope: QueryScope) => Promise<Tenant | null> {
  const rowOf = reads<QueryScope, TenantRow>({
    keyOf: ({ organization, environment }) => JSON.stringify([organization, environment]),
    select: (scopes) => Prisma.sql`
      select asked.key, e.id as "environmentId"
        from unnest(${[...scopes.keys()]}::text[],
                    ${[...scopes.values()].map(({ organization }) => organization)}::text[],
                    ${[...scopes.values()].map(({ environment }) => environment)}::text[])
             as asked (key, organization, environment)
        join organizations o on o.name = asked.organization
        join environments e on e.organization_id = o.id and e.name = asked.environment`,
  });
  return async ({ organization, environment }) => {
    // No name has a NUL, and PostgreSQL takes none.
    if (`${organization}${environment}`.includes('\0')) return null;
    const row = await rowOf({ organization, environment });
    return row === null ? null : { organization, environment, environmentId: row.environmentId };
  };
}

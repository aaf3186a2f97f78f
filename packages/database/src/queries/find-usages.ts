import type { LimitUsage, QueryScope, SubmissionLimits } from '@hourglass/reports';
import type { Pool } from 'pg';
import { Prisma } from '../generated/client.ts';
import { limitUsage, usageOf, type UsageRow } from './limit-usage.ts';

/** An environment, and the limits that hold where it has none of its own. */
export interface AskedUsage {
  readonly scope: QueryScope;
  readonly limits: SubmissionLimits;
}

/** In the order of `asked`; null: there is no such environment. */
export async function findUsages(
  pool: Pool,
  asked: readonly AskedUsage[],
): Promise<readonly (LimitUsage | null)[]> {
  const tenants = Prisma.sql`
    select asked.position::integer, e.id,
           coalesce(e.queries_per_hour, asked.queries_per_hour) as "queriesPerHour",
           coalesce(e.active_queries, asked.active_queries) as "activeQueries"
      from unnest(${asked.map(({ scope }) => scope.organization)}::text[],
                  ${asked.map(({ scope }) => scope.environment)}::text[],
                  ${asked.map(({ limits }) => limits.queriesPerHour)}::integer[],
                  ${asked.map(({ limits }) => limits.activeQueries)}::integer[])
           with ordinality as asked (organization, environment, queries_per_hour, active_queries, position)
      join organizations o on o.name = asked.organization
      join environments e on e.organization_id = o.id and e.name = asked.environment`;
  const { text, values } = Prisma.sql`with ${usageOf(tenants)} select * from usage`;
  const { rows } = await pool.query<UsageRow>({ name: 'find-usages', text, values });
  const usages = new Map(rows.map((row) => [row.position, limitUsage(row)]));
  return asked.map((_, index) => usages.get(index + 1) ?? null);
}

export function nameOfAskedUsage({ scope, limits }: AskedUsage): string {
  return JSON.stringify([scope.organization, scope.environment, limits.queriesPerHour, limits.activeQueries]);
}

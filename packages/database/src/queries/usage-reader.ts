import type { LimitUsage, QueryScope, SubmissionLimits } from '@hourglass/reports';
import type { GatherReads } from '../gather-reads.ts';
import { Prisma } from '../generated/client.ts';
import { limitUsage, usageOf, type UsageRow } from './limit-usage.ts';

type Asked = QueryScope & SubmissionLimits;

/** What an environment has used of its limits; null: there is no such environment. */
export function usageReader(
  reads: GatherReads,
): (scope: QueryScope, limits: SubmissionLimits) => Promise<LimitUsage | null> {
  const rowOf = reads<Asked, UsageRow>({
    keyOf: ({ organization, environment, queriesPerHour, activeQueries }) =>
      JSON.stringify([organization, environment, queriesPerHour, activeQueries]),
    select: (asked) => Prisma.sql`with ${usageOf(tenantsOf(asked))} select * from usage`,
  });
  return async (scope, limits) => {
    const row = await rowOf({ ...scope, ...limits });
    return row === null ? null : limitUsage(row);
  };
}

function tenantsOf(asked: ReadonlyMap<string, Asked>): Prisma.Sql {
  const all = [...asked.values()];
  return Prisma.sql`
    select asked.key, e.id,
           coalesce(e.queries_per_hour, asked.queries_per_hour) as "queriesPerHour",
           coalesce(e.active_queries, asked.active_queries) as "activeQueries"
      from unnest(${[...asked.keys()]}::text[],
                  ${all.map(({ organization }) => organization)}::text[],
                  ${all.map(({ environment }) => environment)}::text[],
                  ${all.map(({ queriesPerHour }) => queriesPerHour)}::integer[],
                  ${all.map(({ activeQueries }) => activeQueries)}::integer[])
           as asked (key, organization, environment, queries_per_hour, active_queries)
      join organizations o on o.name = asked.organization
      join environments e on e.organization_id = o.id and e.name = asked.environment`;
}

import type { LimitUsage, QueryScope, SubmissionLimits } from '@hourglass/reports';
import type { GatherReads } from '../connection/gather-reads.ts';
import { Prisma } from '../generated/client.ts';
import { limitUsage, type UsageRow } from './limit-usage.ts';

type Asked = QueryScope & SubmissionLimits;
type KeyedUsageRow = UsageRow & { readonly key: string };

/** What an environment has used of its limits; null: there is no such environment. */
export function usageReader(
  reads: GatherReads,
): (scope: QueryScope, limits: SubmissionLimits) => Promise<LimitUsage | null> {
  const rowOf = reads<Asked, KeyedUsageRow>({
    keyOf: ({ organization, environment, queriesPerHour, activeQueries }) =>
      JSON.stringify([organization, environment, queriesPerHour, activeQueries]),
    select: usageOf,
  });
  return async (scope, limits) => {
    const row = await rowOf({ ...scope, ...limits });
    return row === null ? null : limitUsage(row);
  };
}

function usageOf(asked: ReadonlyMap<string, Asked>): Prisma.Sql {
  const all = [...asked.values()];
  return Prisma.sql`
    select asked.key, own."queriesPerHour", own."activeQueries",
           usage.submitted, usage.active, usage.seconds_to_reset as "secondsToReset"
      from unnest(${[...asked.keys()]}::text[],
                  ${all.map(({ organization }) => organization)}::text[],
                  ${all.map(({ environment }) => environment)}::text[],
                  ${all.map(({ queriesPerHour }) => queriesPerHour)}::integer[],
                  ${all.map(({ activeQueries }) => activeQueries)}::integer[])
           as asked (key, organization, environment, queries_per_hour, active_queries)
      join organizations o on o.name = asked.organization
      join environments e on e.organization_id = o.id and e.name = asked.environment
     cross join lateral (
       select coalesce(e.queries_per_hour, asked.queries_per_hour) as "queriesPerHour",
              coalesce(e.active_queries, asked.active_queries) as "activeQueries"
     ) own
     cross join lateral environment_usage(e.id, own."queriesPerHour", statement_timestamp()) usage`;
}

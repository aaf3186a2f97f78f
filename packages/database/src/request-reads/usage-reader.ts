import type { LimitUsage, QueryScope, SubmissionLimits } from '@hourglass/reports';
import { sql, type Sql } from '../connection/sql.ts';
import { limitUsage, type UsageRow } from '../queries/limit-usage.ts';
import type { GatherReads } from './gather-reads.ts';

type ScopeWithLimits = QueryScope & SubmissionLimits;
type KeyedUsageRow = UsageRow & { readonly key: string };

/**
 * Reads an environment's limits and their use; null: the environment does not exist. `limits` apply
 * where the environment has none of its own.
 */
export function usageReader(
  reads: GatherReads,
): (scope: QueryScope, limits: SubmissionLimits) => Promise<LimitUsage | null> {
  const usageOf = reads<ScopeWithLimits, KeyedUsageRow, LimitUsage>({
    keyOf: ({ organization, environment, queriesPerHour, activeQueries }) =>
      JSON.stringify([organization, environment, queriesPerHour, activeQueries]),
    tenantOf: ({ organization, environment }) => ({ organization, environment }),
    select: selectUsage,
    valueOf: limitUsage,
  });
  return (scope, limits) => usageOf({ ...scope, ...limits });
}

function selectUsage(inputsByKey: ReadonlyMap<string, ScopeWithLimits>): Sql {
  const inputs = [...inputsByKey.values()];
  return sql`
    select requested.key, own."queriesPerHour", own."activeQueries",
           usage.submitted, usage.active, usage.seconds_to_reset as "secondsToReset"
      from unnest(${[...inputsByKey.keys()]}::text[],
                  ${inputs.map(({ organization }) => organization)}::text[],
                  ${inputs.map(({ environment }) => environment)}::text[],
                  ${inputs.map(({ queriesPerHour }) => queriesPerHour)}::integer[],
                  ${inputs.map(({ activeQueries }) => activeQueries)}::integer[])
           as requested (key, organization, environment, queries_per_hour, active_queries)
      join organizations o on o.name = requested.organization
      join environments e on e.organization_id = o.id and e.name = requested.environment
     cross join lateral (
       select least(coalesce(e.queries_per_hour, requested.queries_per_hour), o.queries_per_hour_ceiling) as "queriesPerHour",
              least(coalesce(e.active_queries, requested.active_queries), o.active_queries_ceiling) as "activeQueries"
     ) own
     cross join lateral environment_usage(e.id, own."queriesPerHour", statement_timestamp()) usage`;
}

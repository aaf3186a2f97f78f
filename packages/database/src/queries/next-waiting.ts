import type { ClaimTerms, WaitingChoice, WaitingQuery } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { prepared, sql } from '../connection/sql.ts';
import {
  environmentOfQuery,
  fairStart,
  isUnsuspendedClaimable,
  orderInEnvironment,
} from './claimable-queries.ts';

/** Bounds the queries whose facts are estimated. Those of organizations without a slot are first. */
const maxEstimated = 200;

/** Returns the query that a worker should start next, with its organization; see `QueryStore.nextWaiting`. */
export async function nextWaiting(
  pool: Queryable,
  terms: ClaimTerms,
  { shares, skipped, maxFacts }: WaitingChoice,
): Promise<WaitingQuery | null> {
  // The limit keeps PostgreSQL from estimating queries that come after the first small one.
  const statement = sql`
    select id, organization, has_joined as "hasJoined", (1.0 / turn_weight)::float8 as share
      from (select q.id, q.environment_id, q.plan, q.joined_to is not null as has_joined, e.turn_weight, e.organization
              from queries q
             cross join lateral ${environmentOfQuery}
              left join unnest(${[...shares.keys()]}::text[], ${[...shares.values()]}::float8[])
                     as held (organization, share) on held.organization = e.organization
             where q.state in ('enqueued', 'running') and ${isUnsuspendedClaimable(terms)} and e.suspended_at is null
               and e.organization is not null and not e.organization = any(${[...skipped]}::text[])
             order by coalesce(held.share, 0), ${fairStart}, ${orderInEnvironment}, q.id
             limit ${maxFacts === null ? 1 : maxEstimated}::integer) q
     where ${maxFacts}::float8 is null or ${estimatedFacts} <= ${maxFacts}::float8
     limit 1`;
  const { rows } = await pool.query<WaitingQuery>(prepared('next-waiting', statement));
  return rows[0] ?? null;
}

/**
 * Facts that a query `q` reads if it starts now: those of each live segment in proportion to the time that it shares with
 * the query's range, and all hot ones.
 */
const estimatedFacts = sql`(
    (select coalesce(sum(s.facts * greatest(0,
              least((q.plan #>> '{range,endExclusiveMs}')::float8, extract(epoch from s.last_at) * 1000 + 1)
            - greatest((q.plan #>> '{range,startMs}')::float8, extract(epoch from s.first_at) * 1000))
            / (extract(epoch from s.last_at - s.first_at) * 1000 + 1)), 0)::float8
       from segments s
      where s.environment_id = q.environment_id and s.dataset = q.plan ->> 'dataset' and s.state = 'live'
        and s.last_at >= to_timestamp((q.plan #>> '{range,startMs}')::float8 / 1000)
        and s.first_at < to_timestamp((q.plan #>> '{range,endExclusiveMs}')::float8 / 1000))
  + (select coalesce(sum(b.accepted - b.deleted), 0)::float8
       from batches b
      where b.hot and b.environment_id = q.environment_id and b.dataset = q.plan ->> 'dataset'))`;

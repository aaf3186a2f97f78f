import type { TimeRange } from '@hourglass/query';
import type { CountedUse, UsageScope, UseOfUser } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { sql, type Sql } from '../connection/sql.ts';

/** Rows that are read of all environments together. Aggregating them takes up to a second. */
const maxima = { queries: 50_000, batches: 200_000 };
const maxUses = 1000;

interface UseRow {
  readonly countedFrom: Date;
  readonly uses: readonly UseOfUser[] | null;
}

/** Reads the newest queries and batches of each environment first. */
export async function readUseOfUsers(
  pool: Queryable,
  scope: UsageScope,
  { startMs, endExclusiveMs }: TimeRange,
  { queries, batches } = maxima,
): Promise<CountedUse<UseOfUser>> {
  const [from, to] = [new Date(startMs), new Date(endExclusiveMs)];
  const range = sql`>= ${from}::timestamptz and created_at < ${to}::timestamptz`;
  const { rows } = await pool.query<UseRow>(sql`
    with environment as materialized (${environmentsOf(scope)}), share as (
      select greatest(1, ${queries}::integer / count(*)) as queries,
             greatest(1, ${batches}::integer / count(*)) as batches from environment
    ), query as materialized (
      select environment.name, q.* from environment cross join lateral (
        select created_at, submitted_by, state, reused_from, rows_scanned, archive_bytes from queries
         where environment_id = environment.id and created_at ${range}
         order by created_at desc limit (select queries from share)) q
    ), batch as materialized (
      select environment.name, b.* from environment cross join lateral (
        select created_at, created_by, accepted from batches
         where environment_id = environment.id and created_at ${range}
         order by created_at desc limit (select batches from share)) b
    ), cut as (
      select min(created_at) as at from query group by name having count(*) >= (select queries from share)
      union all
      select min(created_at) from batch group by name having count(*) >= (select batches from share)
    )
    select coalesce((select max(at) from cut), ${from}::timestamptz) as "countedFrom",
           (select json_agg(one) from (${usesByUser}) one) as uses`);
  const [row] = rows;
  if (row === undefined) throw new Error('the statement returned no row');
  return { from, to, countedFrom: row.countedFrom, uses: row.uses ?? [] };
}

function environmentsOf({ organization, environment }: UsageScope): Sql {
  return sql`
    select e.id, e.name from environments e
      join organizations o on o.id = e.organization_id
     where o.name = ${organization}${environment === undefined ? sql`` : sql` and e.name = ${environment}`}`;
}

/** A query that shares a result has the figures of the run that made it. */
const usesByUser = sql`
  select name as environment, "user", sum(submissions) as submissions, sum(shared) as shared, sum(failed) as failed,
         sum(scanned) as "scannedFacts", sum(bytes) as "resultBytes",
         sum(batches) as batches, sum(facts) as "ingestedFacts"
    from (select name, submitted_by as "user", 1 as submissions, (reused_from is not null)::integer as shared,
                 (state = 'failed')::integer as failed,
                 case when reused_from is null then coalesce(rows_scanned, 0) else 0 end as scanned,
                 case when reused_from is null then coalesce(archive_bytes, 0) else 0 end as bytes,
                 0 as batches, 0 as facts
            from query
          union all
          select name, created_by, 0, 0, 0, 0, 0, 1, accepted from batch) used
   group by name, "user"
   order by "scannedFacts" desc, submissions desc, "ingestedFacts" desc, name, "user"
   limit ${maxUses}::integer`;

import type { TimeRange } from '@hourglass/query';
import type { CountedUse, UseOfToken } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';

const maxEvents = 100_000;
const maxUses = 1000;

interface UseRow {
  readonly countedFrom: Date;
  readonly uses: readonly UseOfToken[] | null;
}

/**
 * Reads the newest events of the audit log first, which alone names tokens. An organization of the same name that was
 * deleted before is another one. Ids are materialized, because below a policy an index needs them as values.
 */
export async function readUseOfTokens(
  pool: Queryable,
  organization: string,
  { startMs, endExclusiveMs }: TimeRange,
  limit = maxEvents,
): Promise<CountedUse<UseOfToken>> {
  const [from, to] = [new Date(startMs), new Date(endExclusiveMs)];
  const { rows } = await pool.query<UseRow>(sql`
    with event as materialized (
      select at, environment, token_id, action, object, details, refusal from audit_events
       where organization = ${organization} and at < ${to}::timestamptz
         and at >= greatest(${from}::timestamptz, (select o.created_at from organizations o
                                                    where o.name = ${organization} and o.deleted_at is null))
       order by at desc limit ${limit}::integer
    ), submission as materialized (
      select environment, token_id, object::uuid as id from event
       where action = 'query.submit' and refusal is null and token_id is not null and object ~ '^[0-9a-f-]{36}$'
    ), used as (
      select s.environment, s.token_id, 1 as submissions,
             case when q.reused_from is null then coalesce(q.rows_scanned, 0) else 0 end as scanned,
             case when q.reused_from is null then coalesce(q.archive_bytes, 0) else 0 end as bytes,
             0 as batches, 0 as facts
        from submission s left join queries q on q.id = s.id
      union all
      select environment, token_id, 0, 0, 0, 1, (details ->> 'accepted')::bigint from event
       where action in ('facts.ingest', 'records.ingest') and refusal is null and token_id is not null
    )
    select coalesce((select case when count(*) >= ${limit}::integer then min(at) end from event),
                    ${from}::timestamptz) as "countedFrom",
           (select json_agg(one) from (
              select used.environment, u.email as "user", t.id as "tokenId", t.description,
                     sum(submissions) as submissions, sum(scanned) as "scannedFacts", sum(bytes) as "resultBytes",
                     sum(batches) as batches, sum(facts) as "ingestedFacts"
                from used
                join tokens t on t.id = used.token_id and t.sign_in is null
                join users u on u.id = t.user_id
               group by used.environment, u.email, t.id
               order by "scannedFacts" desc, submissions desc, "ingestedFacts" desc, t.id
               limit ${maxUses}::integer) one) as uses`);
  const [row] = rows;
  if (row === undefined) throw new Error('the statement returned no row');
  return { from, to, countedFrom: row.countedFrom, uses: row.uses ?? [] };
}

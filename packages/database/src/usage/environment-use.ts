import type { Tenant } from '@hourglass/query';
import type { EnvironmentUse, StoredFacts } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';

interface UseRow extends Omit<EnvironmentUse, 'facts'> {
  readonly facts: readonly FactsRow[] | null;
}

interface FactsRow extends Omit<StoredFacts, 'firstAt' | 'lastAt'> {
  readonly firstAt: string | null;
  readonly lastAt: string | null;
}

/**
 * Reads active queries, hot batches, live segments and stored results: each has a partial index or few rows, however
 * many queries and batches the environment ever had.
 */
export async function readEnvironmentUse(
  pool: Queryable,
  { environmentId }: Tenant,
): Promise<EnvironmentUse> {
  const { rows } = await pool.query<UseRow>(sql`
    select statement_timestamp() as at, active.*, results.*,
           (select count(*)::integer from schedules where environment_id = ${environmentId}::integer) as schedules,
           (${factsOf(environmentId)}) as facts
      from (select count(*) filter (where schedule_id is null and state = 'running')::integer as running,
                   count(*) filter (where schedule_id is null and state = 'enqueued')::integer as waiting,
                   count(*) filter (where schedule_id is not null)::integer as "scheduledQueries"
              from queries
             where environment_id = ${environmentId}::integer and state in ('enqueued', 'running')
               and (joined_to is null or attempt > 0)) active,
           (select count(*)::integer as results, coalesce(sum(bytes), 0)::float8 as "resultBytes"
              from (select max(archive_bytes) as bytes from queries
                     where environment_id = ${environmentId}::integer and state = 'completed'
                       and archive_key is not null
                     group by archive_key) archives) results`);
  const [row] = rows;
  if (row === undefined) throw new Error('the statement returned no row');
  return { ...row, facts: (row.facts ?? []).map(storedFactsOf) };
}

/** Datasets by name, as JSON. */
function factsOf(environmentId: number) {
  return sql`
    select json_agg(json_build_object(
             'dataset', dataset, 'hotFacts', coalesce(hot.facts, 0), 'segments', coalesce(sealed.segments, 0),
             'segmentFacts', coalesce(sealed.facts, 0), 'segmentBytes', coalesce(sealed.bytes, 0),
             'firstAt', sealed.first_at, 'lastAt', sealed.last_at) order by dataset)
      from (select dataset, sum(accepted - deleted) as facts from batches
             where environment_id = ${environmentId}::integer and hot
             group by dataset) hot
      full join (select dataset, count(*) as segments, sum(facts) as facts, sum(bytes) as bytes,
                        min(first_at) as first_at, max(last_at) as last_at
                   from segments
                  where environment_id = ${environmentId}::integer and state = 'live'
                  group by dataset) sealed using (dataset)`;
}

function storedFactsOf({ firstAt, lastAt, ...facts }: FactsRow): StoredFacts {
  return { ...facts, firstAt: dateOf(firstAt), lastAt: dateOf(lastAt) };
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

import type { EarlierReport, Plan, TimeRange } from '@hourglass/query';
import type { Queryable } from '../connection/scoped-pool.ts';

/** In smaller queries, fixed costs hide the scan speed. */
const minMeasuredFacts = 100_000;

/** Returns the facts per second of large recent queries; null: there are none. */
export async function factsPerSecond(client: Queryable): Promise<number | null> {
  const { rows } = await client.query<{ rate: number | null }>(
    `select sum(rows_scanned)::float8 * 1000 / nullif(sum(execution_ms), 0)::float8 as rate
       from (select rows_scanned, execution_ms from queries
              where state = 'completed' and reused_from is null order by expires_at desc limit 200) newest
      where rows_scanned >= $1`,
    [minMeasuredFacts],
  );
  return rows[0]?.rate ?? null;
}

/**
 * Returns the newest completed report without a limit that has the same groups and filter, for any
 * time range.
 */
export async function earlierReport(client: Queryable, plan: Plan): Promise<EarlierReport | null> {
  const { tenant, dataset, dimensions, timeUnit, filter } = plan;
  const { rows } = await client.query<{ rows: number; range: TimeRange }>(
    `select result_rows::float8 as rows, plan -> 'range' as range
       from (select created_at, result_rows, plan from queries
              where environment_id = $1 order by created_at desc, id desc limit 100) newest
      where result_rows is not null and plan -> 'limitRows' = 'null' and not plan ? 'perFact'
        and plan ->> 'dataset' = $2 and plan -> 'dimensions' = $3 and plan -> 'timeUnit' = $4 and plan -> 'filter' = $5
      order by created_at desc limit 1`,
    [
      tenant.environmentId,
      dataset,
      JSON.stringify(dimensions),
      JSON.stringify(timeUnit),
      JSON.stringify(filter),
    ],
  );
  return rows[0] ?? null;
}

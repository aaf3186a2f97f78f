import type { Tenant } from '@hourglass/query';
import type { Ingest, IngestedFacts, IngestUnit } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';

/** Aggregating them takes up to a second. */
const maxBatches = 200_000;

const bucketsOf = { hour: 24, day: 30 } as const satisfies Record<IngestUnit, number>;

interface IngestRow {
  readonly from: Date;
  readonly to: Date;
  readonly countedFrom: Date;
  readonly buckets: readonly (Omit<IngestedFacts, 'startsAt'> & { readonly startsAt: string })[] | null;
}

/** Reads the newest batches first, at most `limit` of them. */
export async function readIngest(
  pool: Queryable,
  { environmentId }: Tenant,
  unit: IngestUnit,
  limit = maxBatches,
): Promise<Ingest> {
  const { rows } = await pool.query<IngestRow>(sql`
    with asked as materialized (
      select date_trunc(${unit}::text, statement_timestamp(), 'UTC')
               - ${bucketsOf[unit] - 1}::integer * ${`1 ${unit}`}::interval as "from",
             statement_timestamp() as "to"
    ), newest as materialized (
      select created_at, dataset, accepted from batches
       where environment_id = ${environmentId}::integer and created_at >= (select "from" from asked)
       order by created_at desc
       limit ${limit}::integer
    )
    select asked.*, coalesce(cut.at, asked."from") as "countedFrom",
           (select json_agg(bucket order by bucket."startsAt", bucket.dataset)
              from (select date_trunc(${unit}::text, created_at, 'UTC') as "startsAt", dataset,
                           count(*) as batches, sum(accepted) as facts
                      from newest group by 1, 2) bucket) as buckets
      from asked,
           (select case when count(*) = ${limit}::integer then min(created_at) end as at from newest) cut`);
  const [row] = rows;
  if (row === undefined) throw new Error('the statement returned no row');
  const buckets = (row.buckets ?? []).map((bucket) => ({ ...bucket, startsAt: new Date(bucket.startsAt) }));
  return { ...row, buckets };
}

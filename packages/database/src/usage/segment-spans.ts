import type { Tenant, TimeRange } from '@hourglass/query';
import type { SegmentSpan } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';

interface SpanRow extends Omit<SegmentSpan, 'firstMs' | 'lastMs'> {
  readonly firstAt: Date;
  readonly lastAt: Date;
}

export async function readNewestSealedFact(pool: Queryable, { environmentId }: Tenant): Promise<Date | null> {
  const { rows } = await pool.query<{ at: Date | null }>(sql`
    select max(last_at) as at from segments
     where environment_id = ${environmentId}::integer and state = 'live'`);
  return rows[0]?.at ?? null;
}

export async function readSegmentSpans(
  pool: Queryable,
  { environmentId }: Tenant,
  { startMs, endExclusiveMs }: TimeRange,
  limit: number,
): Promise<readonly SegmentSpan[]> {
  const { rows } = await pool.query<SpanRow>(sql`
    select dataset, facts::float8 as facts, bytes::float8 as bytes, first_at as "firstAt", last_at as "lastAt"
      from segments
     where environment_id = ${environmentId}::integer and state = 'live'
       and last_at >= ${new Date(startMs)}::timestamptz and first_at < ${new Date(endExclusiveMs)}::timestamptz
     order by last_at desc
     limit ${limit}::integer`);
  return rows.map(({ firstAt, lastAt, ...span }) => ({
    ...span,
    firstMs: firstAt.getTime(),
    lastMs: lastAt.getTime(),
  }));
}

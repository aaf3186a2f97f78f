import { mergeSpans, sizeClassBounds, type MergeTerms, type SegmentOwner } from '@hourglass/facts';
import type { Queryable } from '../../connection/scoped-pool.ts';

/**
 * Returns the owners for which `chooseMerge` finds segments, most segments first. It groups as `chooseMerge` does, so that
 * the segments of an owner are read only when there is work, and reads the index of live segments alone.
 */
export async function listMergeable(
  pool: Queryable,
  { targetFacts, minSegments }: MergeTerms,
  retentionDays: number | null,
): Promise<readonly SegmentOwner[]> {
  const { minDays, spansOfRetention, daysWithoutRetention } = mergeSpans;
  const { rows } = await pool.query<SegmentOwner>(
    `select "environmentId", dataset
       from (select s.environment_id as "environmentId", s.dataset, count(*) as segments
               from (select id, 86400000 * case
                              when days is null then $6::float8 else greatest($4::float8, days / $5::float8) end as span_ms
                       from (select id, coalesce(retention_days, $3::integer) as days from environments) kept) e
               join segments s on s.environment_id = e.id
              where s.state = 'live' and s.facts <= $2::bigint / 2
              group by s.environment_id, s.dataset, width_bucket(s.facts - 1, $7::bigint[]),
                       floor(date_part('epoch', s.first_at) * 1000 / e.span_ms),
                       floor(date_part('epoch', s.last_at) * 1000 / e.span_ms)
             having count(*) >= $1 or sum(s.facts) > $2::bigint) groups
      group by "environmentId", dataset
      order by sum(segments) desc, "environmentId", dataset`,
    [
      minSegments,
      targetFacts,
      retentionDays,
      minDays,
      spansOfRetention,
      daysWithoutRetention,
      sizeClassBounds(targetFacts),
    ],
  );
  return rows;
}

import { sql } from 'kysely';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import type { TimeRange } from '../../plan/plan.ts';
import { bucketSeries, type BucketSeries } from '../../time/bucket-series.ts';
import { bucketingOf } from '../../time/zone.ts';
import { bucketAt, bucketNumber } from './bucket-number.ts';
import { groupedRows } from './grouped-rows.ts';
import { rowKeys, sameKeys, type Rows } from './row-keys.ts';

/**
 * Joins the rows of the plan's range with those of the compared range, whose metrics are `p0`, `p1`,
 * …; `had_facts` states whether there are any. Rows belong together if their dimensions are the same
 * and their buckets have the same number in their range. Buckets of the compared range beyond the
 * last one of the plan's range are left out.
 */
export function comparedRows(boundPlan: BoundPlan, comparedRange: TimeRange): Rows {
  const { plan } = boundPlan;
  const keys = rowKeys(boundPlan);
  const bucketing = bucketingOf(plan);
  const seriesOf = (range: TimeRange) => (bucketing === null ? null : bucketSeries(bucketing, range));
  const series = seriesOf(plan.range);
  const now = numberedRows(boundPlan, series);
  const before = numberedRows(
    { ...boundPlan, plan: { ...plan, range: comparedRange } },
    seriesOf(comparedRange),
  );
  const joined = [...keys.dimensions, ...(series === null ? [] : ['n'])];
  const selected = [
    ...plan.metrics.flatMap((_, index) => [
      sql`now.${sql.ref(`m${index}`)} as ${sql.ref(`m${index}`)}`,
      sql`before.${sql.ref(`m${index}`)} as ${sql.ref(`p${index}`)}`,
    ]),
    ...keys.dimensions.map(
      (key) => sql`coalesce(now.${sql.ref(key)}, before.${sql.ref(key)}) as ${sql.ref(key)}`,
    ),
    ...(series === null ? [] : [sql`coalesce(now.t, ${bucketAt(sql`before.n`, series)}) as t`]),
    sql`now.has_facts as has_facts, before.has_facts as had_facts`,
  ];
  // The join needs an equality besides the null-safe ones.
  return sql`
    select ${sql.join(selected)}
      from (${now}) as now full join (${before}) as before
        on now.has_facts = before.has_facts and ${sameKeys('now', 'before', joined)}
     where ${series === null ? sql`true` : sql`now.has_facts or before.n < ${sql.lit(series.count)}`}`;
}

/** Adds the number of the bucket in its range as `n`. */
function numberedRows(boundPlan: BoundPlan, series: BucketSeries | null): Rows {
  const rows = groupedRows(boundPlan);
  return series === null ? rows : sql`select *, ${bucketNumber(sql.ref('t'), series)} as n from (${rows})`;
}

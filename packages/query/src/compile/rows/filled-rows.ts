import { type RawBuilder, sql } from 'kysely';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import { operate, zeroOf } from '../compile-metric.ts';
import { inDialect } from '../dialect/dialect.ts';
import { bucketSeries } from '../../time/bucket-series.ts';
import { bucketingOf } from '../../time/zone.ts';
import { bucketAt } from './bucket-number.ts';
import { rowKeys, sameKeys, type Rows } from './row-keys.ts';

/**
 * Adds a row for each bucket of the range in which a combination of dimensions has no facts. Sums,
 * counts and rates are 0 in it, other metrics are null. Without dimensions every bucket has a row.
 */
export function filledRows(rows: Rows, boundPlan: BoundPlan): Rows {
  const { plan } = boundPlan;
  const bucketing = bucketingOf(plan);
  if (bucketing === null) throw new Error('the plan fills gaps without a time unit');
  const series = bucketSeries(bucketing, plan.range);
  const { dimensions } = rowKeys(boundPlan);
  const combinations =
    dimensions.length === 0
      ? sql`select 1 as one`
      : sql`select distinct ${sql.join(dimensions.map((key) => sql.ref(key)))} from found`;
  const previous = plan.comparedRange === undefined ? [] : (['p'] as const);
  const values = (['m', ...previous] as const).flatMap((prefix) =>
    plan.metrics.map((_, index) => filledMetric(boundPlan, prefix, index)),
  );
  const keys = [...dimensions, 't'].map((key) => sql`every.${sql.ref(key)} as ${sql.ref(key)}`);
  const start = bucketAt(sql`number`, series);
  const numbers = inDialect((dialect) => dialect.numbers(series.count));
  return sql`
    with found as materialized (${rows}),
         every as (
           select * from (${combinations}) as combinations
            cross join (select ${start} as t from ${numbers}) as buckets)
    select ${sql.join([...values, ...keys])}
      from every left join found on ${sameKeys('every', 'found', [...dimensions, 't'])}`;
}

function filledMetric({ plan, dataset }: BoundPlan, prefix: 'm' | 'p', index: number): RawBuilder<unknown> {
  const name = sql.ref(`${prefix}${index}`);
  const found = sql`found.${name}`;
  const metric = plan.metrics[index];
  const zero = metric === undefined ? null : zeroOf(metric, dataset);
  if (metric === undefined || zero === null) return sql`${found} as ${name}`;
  const hasFacts = sql.ref(`found.${prefix === 'm' ? 'has_facts' : 'had_facts'}`);
  const value = metric.part === undefined ? operate(zero, metric, dataset) : zero;
  return sql`case when ${hasFacts} then ${found} else ${value} end as ${name}`;
}

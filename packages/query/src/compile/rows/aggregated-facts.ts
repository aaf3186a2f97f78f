import { type RawBuilder, sql, type SqlBool } from 'kysely';
import { metricColumns } from '../../catalogue/look-up.ts';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import { operate } from '../compile-metric.ts';
import { metricValue } from '../converted-amount.ts';
import type { Aggregation } from './aggregation.ts';
import { countedPercentiles, percentileName } from './counted-percentiles.ts';
import { sameKeys, type Rows } from './row-keys.ts';

/**
 * Selects the metrics `m0`, `m1`, …, the keys, and `has_facts`, true: one row for each group of facts, none for
 * no facts.
 */
export function aggregatedFacts(aggregation: Aggregation): Rows {
  const { boundPlan, keys, metrics } = aggregation;
  const all = metrics.map((metric, index) => ({ metric, index }));
  if (boundPlan.countsValues !== true) return groups(aggregation, all);
  const { plan, dataset } = boundPlan;
  const isCounted = (index: number) => plan.metrics[index]?.function === 'percentile';
  const counted = [...countedColumns(boundPlan)];
  const joins = counted.map(
    ([column, percentiles], index) => sql`
      left join (${countedPercentiles(aggregation, metricValue(column, boundPlan), percentiles)}) as ${sql.ref(`percentiles${index}`)}
        on ${sameKeys('base', `percentiles${index}`, ['one', ...keys.map(({ name }) => name)])}`,
  );
  const selected = plan.metrics.map((metric, index) => {
    const name = sql.ref(`m${index}`);
    if (!isCounted(index)) return sql`base.${name} as ${name}`;
    const own = columnOf(metric.metric, boundPlan);
    const relation = counted.findIndex(([column]) => column === own);
    const value = sql.ref(`percentiles${relation}.${percentileName(metric.percentile ?? 0)}`);
    return sql`${operate(value, metric, dataset)} as ${name}`;
  });
  const base = groups(
    aggregation,
    all.filter(({ index }) => !isCounted(index)),
  );
  const names = [...keys.map(({ name }) => name), 'has_facts'].map((name) => sql.ref(name));
  return sql`
    select ${sql.join([...selected, ...names.map((name) => sql`base.${name} as ${name}`)])}
      from (select *, 1 as one from (${base})) as base ${sql.join(joins, sql` `)}`;
}

function groups(
  { facts, keys }: Aggregation,
  metrics: readonly { readonly metric: RawBuilder<unknown>; readonly index: number }[],
): Rows {
  const selected = facts.select([
    ...metrics.map(({ metric, index }) => metric.as(`m${index}`)),
    ...keys.map(({ key, name }) => key.as(name)),
    sql`true`.as('has_facts'),
  ]);
  // Without keys SQL returns one row for no facts; a report must return none.
  return keys.length === 0
    ? sql`${selected.having(sql<SqlBool>`count(*) > 0`)}`
    : sql`${selected.groupBy(keys.map(({ key }) => key))}`;
}

/** The columns whose percentiles the plan asks for, with these. */
function countedColumns(boundPlan: BoundPlan): ReadonlyMap<string, ReadonlySet<number>> {
  const columns = new Map<string, Set<number>>();
  for (const { metric, function: name, percentile } of boundPlan.plan.metrics) {
    if (name !== 'percentile' || percentile === undefined) continue;
    const column = columnOf(metric, boundPlan);
    columns.set(column, (columns.get(column) ?? new Set()).add(percentile));
  }
  return columns;
}

function columnOf(metric: string, { dataset }: BoundPlan): string {
  const [column] = metricColumns(dataset, metric);
  if (column === undefined) throw new Error(`the metric "${metric}" has no column`);
  return column;
}

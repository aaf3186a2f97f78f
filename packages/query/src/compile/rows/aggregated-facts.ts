import { type RawBuilder, sql, type SqlBool } from 'kysely';
import { metricColumns } from '../../catalogue/look-up.ts';
import { measuresRead } from '../../partials/facts-read.ts';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import type { PlannedMetric } from '../../plan/plan.ts';
import { bucketingOf } from '../../time/zone.ts';
import { compileMetric, operate } from '../compile-metric.ts';
import { rangeLengthMs } from '../report-columns.ts';
import { bucketLengthMs } from '../time-bucket.ts';
import type { Aggregation } from './aggregation.ts';
import {
  countedPercentiles,
  percentileName,
  type AddedMetrics,
  type CountedColumn,
} from './counted-percentiles.ts';
import { sameKeys, type Rows } from './row-keys.ts';

/** A metric and its place in the plan. */
interface PlacedMetric {
  readonly planned: PlannedMetric;
  readonly index: number;
}

/**
 * Selects the metrics `m0`, `m1`, …, the keys, and `has_facts`, true: one row for each group of facts, none for
 * no facts.
 */
export function aggregatedFacts(aggregation: Aggregation): Rows {
  const { boundPlan } = aggregation;
  const all = boundPlan.plan.metrics.map((planned, index) => ({ planned, index }));
  const columns = countedColumns(boundPlan);
  if (boundPlan.countsValues !== true || columns.length === 0) return groups(aggregation, all);
  return withCountedValues(aggregation, all, columns);
}

function groups({ facts, keys, metrics }: Aggregation, selected: readonly PlacedMetric[]): Rows {
  const query = facts.select([
    ...selected.flatMap(({ index }) => metrics[index]?.as(`m${index}`) ?? []),
    ...keys.map(({ sortKey, name }) => sortKey.as(name)),
    sql`true`.as('has_facts'),
  ]);
  // Without keys SQL returns one row for no facts; a report must return none.
  return keys.length === 0
    ? sql`${query.having(sql<SqlBool>`count(*) > 0`)}`
    : sql`${query.groupBy(keys.map(({ key }) => key))}`;
}

/** Reads the facts once for each column of percentiles, and for the other metrics only if these cannot be added. */
function withCountedValues(
  aggregation: Aggregation,
  all: readonly PlacedMetric[],
  columns: readonly CountedColumn[],
): Rows {
  const { boundPlan, keys } = aggregation;
  const others = all.filter(({ planned }) => !isCounted(planned));
  const added = addedMetrics(aggregation, others);
  const shared = added === null ? undefined : columns[0];
  const apart = columns.filter((column) => column !== shared);
  const base =
    added === null || shared === undefined
      ? sql`select *, 1 as one from (${groups(aggregation, others)})`
      : countedPercentiles(aggregation, shared, added);
  const names = keys.map(({ name }) => name);
  const joins = apart.map((counted, index) => {
    const name = `percentiles${index}`;
    const rows = countedPercentiles(aggregation, counted, { measures: [], selected: [] });
    // The join needs an equality besides the null-safe ones.
    return sql`left join (${rows}) as ${sql.ref(name)} on ${sameKeys('base', name, ['one', ...names])}`;
  });
  const selected = all.map(({ planned, index }) => {
    const name = sql.ref(`m${index}`);
    if (!isCounted(planned)) return sql`base.${name} as ${name}`;
    const own = columnOf(planned.metric, boundPlan);
    const place = apart.findIndex(({ column }) => column === own);
    const relation = place < 0 ? 'base' : `percentiles${place}`;
    const value = sql.ref(`${relation}.${percentileName(planned.percentile ?? 0)}`);
    return sql`${operate(value, planned, boundPlan.dataset)} as ${name}`;
  });
  const kept = [...names, 'has_facts'].map((name) => sql`base.${sql.ref(name)} as ${sql.ref(name)}`);
  return sql`select ${sql.join([...selected, ...kept])} from (${base}) as base ${sql.join(joins, sql` `)}`;
}

/** Compiles metrics over aggregates of the facts with equal values. Null if they need single facts. */
function addedMetrics(
  { boundPlan, keys }: Aggregation,
  metrics: readonly PlacedMetric[],
): AddedMetrics | null {
  const { plan, dataset } = boundPlan;
  const measures = measuresRead(
    metrics.map(({ planned }) => planned),
    boundPlan,
  );
  if (measures === null) return null;
  const bucketing = keys.some(({ name }) => name === 't') ? bucketingOf(plan) : null;
  const lengthMs = bucketing === null ? rangeLengthMs(plan) : bucketLengthMs(sql.ref('t'), bucketing);
  const context = { dataset, lengthMs, perFact: false, plan, readsPartials: true };
  const compiled: RawBuilder<unknown>[] = metrics.map(
    ({ planned, index }) => sql`${compileMetric(planned, context)} as ${sql.ref(`m${index}`)}`,
  );
  return { measures, selected: [...compiled, sql`true as has_facts`] };
}

/** The columns whose percentiles the plan asks for, with these. */
function countedColumns(boundPlan: BoundPlan): readonly CountedColumn[] {
  const columns = new Map<string, Set<number>>();
  for (const planned of boundPlan.plan.metrics) {
    if (!isCounted(planned)) continue;
    const column = columnOf(planned.metric, boundPlan);
    columns.set(column, (columns.get(column) ?? new Set()).add(planned.percentile ?? 0));
  }
  return [...columns].map(([column, percentiles]) => ({ column, percentiles }));
}

function isCounted({ function: name }: PlannedMetric): boolean {
  return name === 'percentile';
}

function columnOf(metric: string, { dataset }: BoundPlan): string {
  const [column] = metricColumns(dataset, metric);
  if (column === undefined) throw new Error(`the metric "${metric}" has no column`);
  return column;
}

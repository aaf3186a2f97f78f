import { type RawBuilder, sql } from 'kysely';
import type { MeasureRead } from '../../partials/facts-read.ts';
import { metricValue } from '../converted-amount.ts';
import { inDialect } from '../dialect/dialect.ts';
import { measureName } from '../measure-name.ts';
import { percentileShare } from '../percentile-share.ts';
import type { Aggregation } from './aggregation.ts';
import type { Rows } from './row-keys.ts';

/** A column with the percentiles that are wanted of it. */
export interface CountedColumn {
  readonly column: string;
  readonly percentiles: ReadonlySet<number>;
}

/** Metrics that are computed together with the percentiles of a column. */
export interface AddedMetrics {
  /** The aggregates that they read. */
  readonly measures: readonly MeasureRead[];
  /** Compiled over these aggregates. */
  readonly selected: readonly RawBuilder<unknown>[];
}

/** The column of a percentile in `countedPercentiles`. */
export function percentileName(percentile: number): string {
  // A reference would split the name at a dot.
  return `p${String(percentile).replace('.', '_')}`;
}

/**
 * Selects the exact percentiles of a column for each group, its keys, `one`, 1, and the added metrics. DuckDB's own
 * function keeps all values in memory that its limit does not cover. Here equal values are counted first, and what
 * exceeds the memory is spilled.
 */
export function countedPercentiles(
  aggregation: Pick<Aggregation, 'boundPlan' | 'facts' | 'keys'>,
  { column, percentiles }: CountedColumn,
  { measures, selected }: AddedMetrics,
): Rows {
  const names = aggregation.keys.map(({ name }) => sql.ref(name));
  const group = names.length === 0 ? sql`` : sql`partition by ${sql.join(names)}`;
  const ranked = sql`
    select *,
           cast(sum(facts) over (${group} order by value nulls last) as double) as up_to,
           cast(sum(facts) over (${group}) as double) as total
      from (${countedValues(aggregation, column, measures)})`;
  const own = [...percentiles].map(
    (percentile) => sql`${interpolated(percentile)} as ${sql.ref(percentileName(percentile))}`,
  );
  // Without keys SQL returns one row for no facts; a report must return none.
  const groupBy = names.length === 0 ? sql`having count(*) > 0` : sql`group by ${sql.join(names)}`;
  return sql`select ${sql.join([...names, sql`1 as one`, ...own, ...selected])} from (${ranked}) ${groupBy}`;
}

/** Selects the values of each group with the numbers of their facts and their aggregates. */
function countedValues(
  { boundPlan, facts, keys }: Pick<Aggregation, 'boundPlan' | 'facts' | 'keys'>,
  column: string,
  measures: readonly MeasureRead[],
): Rows {
  const value = metricValue(column, boundPlan);
  const kept = new Map(measures.map((measure) => [measureName(measure.column, measure.aggregate), measure]));
  const selected = facts
    .select([
      value.as('value'),
      ...keys.map(({ sortKey, name }) => sortKey.as(name)),
      sql`count(${value})`.as('facts'),
      ...[...kept].map(([name, measure]) =>
        aggregateOf(metricValue(measure.column, boundPlan), measure).as(name),
      ),
    ])
    .groupBy([value, ...keys.map(({ key }) => key)]);
  return sql`${selected}`;
}

function aggregateOf(value: RawBuilder<unknown>, { aggregate }: MeasureRead): RawBuilder<unknown> {
  switch (aggregate) {
    case 'sum':
      // Never of floats.
      return inDialect((dialect) => dialect.sum(value, 'decimal'));
    case 'count':
      return sql`count(${value})`;
    case 'min':
      return sql`min(${value})`;
    case 'max':
      return sql`max(${value})`;
    default:
      return aggregate satisfies never;
  }
}

/**
 * Computes a percentile of `total` sorted values: at a rank is the first value that more values than the
 * rank are up to. Interpolates as DuckDB does, so that no digit depends on the method.
 */
function interpolated(percentile: number): RawBuilder<unknown> {
  const rank = sql`((total - 1) * ${percentileShare(percentile)})`;
  const [low, high] = [valueAt(sql`floor(${rank})`), valueAt(sql`ceil(${rank})`)];
  const fraction = sql`max(${rank} - floor(${rank}))`;
  return sql`(${low} * (1 - ${fraction}) + ${high} * ${fraction})`;
}

function valueAt(rank: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`cast(min(value) filter (where up_to > ${rank}) as double)`;
}

import { type RawBuilder, sql, type SqlBool } from 'kysely';
import { percentileShare } from '../percentile-share.ts';
import type { FactsQuery } from '../reported-facts.ts';
import type { NamedKey, Aggregation } from './aggregation.ts';
import type { Rows } from './row-keys.ts';

/** The column of a percentile in `countedPercentiles`. */
export function percentileName(percentile: number): string {
  // A reference would split the name at a dot.
  return `p${String(percentile).replace('.', '_')}`;
}

/**
 * Selects the exact percentiles of a column for each group, and `one`, 1. DuckDB's own function keeps
 * all values in memory that its limit does not cover. Here equal values are counted first, and what
 * exceeds the memory is spilled.
 */
export function countedPercentiles(
  { facts, keys }: Pick<Aggregation, 'facts' | 'keys'>,
  column: RawBuilder<unknown>,
  percentiles: ReadonlySet<number>,
): Rows {
  const names = keys.map(({ name }) => sql.ref(name));
  const group = names.length === 0 ? sql`` : sql`partition by ${sql.join(names)}`;
  const ranked = sql`
    select ${sql.join([...names, sql`value`])},
           cast(sum(facts) over (${group} order by value) as double) as up_to,
           cast(sum(facts) over (${group}) as double) as total
      from (${countedValues(facts, keys, column)})`;
  const selected = [...percentiles].map(
    (percentile) => sql`${interpolated(percentile)} as ${sql.ref(percentileName(percentile))}`,
  );
  const groupBy = names.length === 0 ? sql`` : sql`group by ${sql.join(names)}`;
  return sql`select ${sql.join([...names, sql`1 as one`, ...selected])} from (${ranked}) ${groupBy}`;
}

function countedValues(facts: FactsQuery, keys: readonly NamedKey[], column: RawBuilder<unknown>): Rows {
  const value = sql`cast(${column} as double)`;
  const selected = facts
    .where(sql<SqlBool>`${column} is not null`)
    .select([value.as('value'), ...keys.map(({ key, name }) => key.as(name)), sql`count(*)`.as('facts')])
    .groupBy([value, ...keys.map(({ key }) => key)]);
  return sql`${selected}`;
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
  return sql`min(value) filter (where up_to > ${rank})`;
}

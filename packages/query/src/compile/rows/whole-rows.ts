import { type RawBuilder, sql } from 'kysely';
import type { Dataset, NumericType } from '../../catalogue/dataset.ts';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import { aggregateType, metricType } from '../../plan/output-columns.ts';
import type { PlannedMetric } from '../../plan/plan.ts';
import { operate, sumOf, toDouble } from '../compile-metric.ts';
import type { Rows } from './row-keys.ts';

/**
 * Replaces metrics that are parts by their share of the whole, or by the whole: the sum over all
 * rows, or over the rows of the bucket. The wholes stay in `w0`, `w1`, …, those of the compared range
 * in `wp0`, `wp1`, … Adds the relative changes `c0`, `c1`, … of a compared report.
 */
export function wholeRows(rows: Rows, boundPlan: BoundPlan): Rows {
  const { plan, dataset } = boundPlan;
  const isCompared = plan.comparedRange !== undefined;
  const prefixes = isCompared ? (['m', 'p'] as const) : (['m'] as const);
  const parts = plan.metrics.flatMap((metric, index) =>
    metric.part === undefined ? [] : prefixes.map((prefix) => ({ metric, index, prefix })),
  );
  const wholes = parts.map(
    ({ metric, index, prefix }) =>
      sql`${wholeOf(sql.ref(`${prefix}${index}`), metric, dataset)} as ${wholeName(prefix, index)}`,
  );
  const replaced = parts.map(({ metric, index, prefix }) => {
    const name = sql.ref(`${prefix}${index}`);
    return sql`${partOf(name, wholeName(prefix, index), metric, dataset)} as ${name}`;
  });
  const divided =
    parts.length === 0
      ? rows
      : sql`select * replace (${sql.join(replaced)}) from (select *, ${sql.join(wholes)} from (${rows}))`;
  if (!isCompared) return divided;
  const changes = plan.metrics.map(
    (_, index) => sql`${changeOf(index, boundPlan)} as ${sql.ref(`c${index}`)}`,
  );
  return changes.length === 0 ? divided : sql`select *, ${sql.join(changes)} from (${divided})`;
}

function wholeName(prefix: 'm' | 'p', index: number): RawBuilder<unknown> {
  return sql.ref(`${prefix === 'm' ? 'w' : 'wp'}${index}`);
}

/** Compiles a part of a whole with its operation. */
export function partOf(
  value: RawBuilder<unknown>,
  whole: RawBuilder<unknown>,
  metric: PlannedMetric,
  dataset: Dataset,
): RawBuilder<unknown> {
  const part = metric.part?.of === 'share' ? quotient(value, whole, aggregateType(metric, dataset)) : whole;
  return operate(part, metric, dataset);
}

function wholeOf(value: RawBuilder<unknown>, metric: PlannedMetric, dataset: Dataset): RawBuilder<unknown> {
  const sum = sumOf(value, aggregateType(metric, dataset));
  return sql`${sum} over (${metric.part?.within === 'time' ? sql`partition by t` : sql``})`;
}

/** The difference, exact for whole numbers and decimals, divided by the earlier value. */
function changeOf(index: number, { plan, dataset }: BoundPlan): RawBuilder<unknown> {
  const [value, previous] = [sql.ref(`m${index}`), sql.ref(`p${index}`)];
  const metric = plan.metrics[index];
  if (metric === undefined) throw new Error(`the plan has no metric ${index}`);
  return quotient(sql`${value} - ${previous}`, previous, metricType(metric, dataset));
}

function quotient(
  value: RawBuilder<unknown>,
  divisor: RawBuilder<unknown>,
  type: NumericType,
): RawBuilder<unknown> {
  return sql`(${toDouble(value, type)} / nullif(${toDouble(divisor, type)}, 0))`;
}

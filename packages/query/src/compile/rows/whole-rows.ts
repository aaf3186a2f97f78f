import { type RawBuilder, sql } from 'kysely';
import type { Dataset } from '../../catalogue/dataset.ts';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import { isFloatAggregate } from '../../plan/output-columns.ts';
import type { PlannedMetric } from '../../plan/plan.ts';
import { operate } from '../compile-metric.ts';
import type { Rows } from './row-keys.ts';

/**
 * Replaces metrics that are parts by their share of the whole, or by the whole: the sum over all
 * rows, or over the rows of the bucket. The wholes stay in `w0`, `w1`, … Adds the relative changes
 * `c0`, `c1`, … of a compared report.
 */
export function wholeRows(rows: Rows, { plan, dataset }: BoundPlan): Rows {
  const isCompared = plan.comparedRange !== undefined;
  const prefixes = isCompared ? (['m', 'p'] as const) : (['m'] as const);
  const parts = plan.metrics.flatMap((metric, index) =>
    metric.part === undefined ? [] : [{ metric, index, part: metric.part }],
  );
  const divided =
    parts.length === 0
      ? rows
      : sql`
        select * replace (${sql.join(
          parts.flatMap(({ metric, index }) =>
            prefixes.map((prefix) => {
              const name = sql.ref(`${prefix}${index}`);
              return sql`${partOf(name, wholeOf(name, metric, dataset), metric, dataset)} as ${name}`;
            }),
          ),
        )}), ${sql.join(
          parts.map(({ metric, index }) => {
            const name = sql.ref(`m${index}`);
            return sql`${wholeOf(name, metric, dataset)} as ${sql.ref(`w${index}`)}`;
          }),
        )} from (${rows})`;
  if (!isCompared) return divided;
  const changes = plan.metrics.map(
    (_, index) => sql`${changeOf(sql.ref(`m${index}`), sql.ref(`p${index}`))} as ${sql.ref(`c${index}`)}`,
  );
  return changes.length === 0 ? divided : sql`select *, ${sql.join(changes)} from (${divided})`;
}

/** Compiles a part of a whole with its operation. */
export function partOf(
  value: RawBuilder<unknown>,
  whole: RawBuilder<unknown>,
  metric: PlannedMetric,
  dataset: Dataset,
): RawBuilder<unknown> {
  const part =
    metric.part?.of === 'share'
      ? sql`(cast(${value} as double) / nullif(cast(${whole} as double), 0))`
      : whole;
  return operate(part, metric, dataset);
}

function wholeOf(value: RawBuilder<unknown>, metric: PlannedMetric, dataset: Dataset): RawBuilder<unknown> {
  const sum = sql.raw(isFloatAggregate(metric, dataset) ? 'fsum' : 'sum');
  return sql`${sum}(${value}) over (${metric.part?.within === 'time' ? sql`partition by t` : sql``})`;
}

/** The difference, exact for whole numbers and decimals, divided by the earlier value. */
function changeOf(value: RawBuilder<unknown>, previous: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(cast(${value} - ${previous} as double) / nullif(cast(${previous} as double), 0))`;
}

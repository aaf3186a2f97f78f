import { type RawBuilder, sql } from 'kysely';
import type { Catalogue } from '../catalogue/dataset.ts';
import { dimensionNamed } from '../catalogue/look-up.ts';
import type { Plan, TimeUnit } from '../plan/plan.ts';
import { plannedDataset } from '../plan/planned-dataset.ts';
import { type CompiledKey, compileDimension } from './compile-dimension.ts';
import { compileFilter } from './compile-filter.ts';
import { compileMetric } from './compile-metric.ts';
import { createSqlBuilder } from './sql-builder.ts';
import type { SqlStatement, SqlValue } from './sql-statement.ts';
import { bucketLengthMs, formatBucket, timestampValue, truncateToUnit } from './time-bucket.ts';

/**
 * The statement that makes the report, for DuckDB 1.5. It reads a relation `facts` with `environment_id`
 * INTEGER, `timestamp` TIMESTAMP in UTC and the columns that `hotFactsColumns` lists: text VARCHAR,
 * integer BIGINT, decimal DECIMAL(24,6), float DOUBLE, boolean BOOLEAN, timestamp TIMESTAMP.
 *
 * Its columns are `c0`, `c1`, … in the order of `outputColumns`: VARCHAR for kind `text`, DOUBLE for kind
 * `float`; a metric that no fact has a value for is null. Rows come by time, then by the dimensions in their
 * order: text in binary order, everything else by value with "(not set)" last. No facts, no rows.
 *
 * Every parameter is cast where it stands: left to itself a driver binds a number as DOUBLE and compares as such.
 * Only facts of the plan's environment within its range are read; there is no way to compile without that.
 * Throws when the catalogue does not know the plan's dataset or a name in it.
 */
export function compileReport(plan: Plan, catalogue: Catalogue): SqlStatement {
  const dataset = plannedDataset(plan, catalogue);
  const lengthMs = compileLength(plan);
  const metrics = plan.metrics.map((metric) => compileMetric(metric, dataset, lengthMs));
  const dimensions = plan.dimensions.map((name) =>
    compileDimension(dimensionNamed(dataset, name), plan.tenant),
  );
  const time = plan.timeUnit === null ? [] : [compileTime(plan.timeUnit)];
  const shown = [...metrics, ...[...dimensions, ...time].map((column) => column.shown)];
  const keys = [...time, ...dimensions].flatMap(({ key }) => (key === null ? [] : [key]));

  let query = createSqlBuilder()
    .selectFrom('facts')
    .select(shown.map((column, index) => column.as(`c${index}`)))
    .where('environment_id', '=', sql<number>`cast(${plan.tenant.environmentId} as integer)`)
    .where('timestamp', '>=', timestampValue(plan.range.startMs))
    .where('timestamp', '<', timestampValue(plan.range.endExclusiveMs));
  if (plan.filter !== null) query = query.where(compileFilter(plan.filter, dataset, plan.tenant));
  // Without keys SQL answers one row even for no facts, where a report has none.
  if (keys.length === 0) query = query.having(sql<boolean>`count(*) > 0`);
  for (const key of keys) query = query.groupBy(key).orderBy(key, (order) => order.asc().nullsLast());
  if (plan.limitRows !== null) query = query.limit(sql<number>`cast(${plan.limitRows} as bigint)`);

  const { sql: text, parameters } = query.compile();
  return { sql: text, parameters: parameters.map(sqlValue) };
}

/** Of a row's bucket, or of the whole range where there is no time unit. Milliseconds, BIGINT. */
function compileLength({ timeUnit, range }: Plan): RawBuilder<unknown> {
  if (timeUnit === null) return sql`cast(${range.endExclusiveMs - range.startMs} as bigint)`;
  return bucketLengthMs(truncateToUnit(sql.ref('timestamp'), timeUnit), timeUnit);
}

function compileTime(unit: TimeUnit): CompiledKey {
  const key = truncateToUnit(sql.ref('timestamp'), unit);
  return { key, shown: formatBucket(key) };
}

function sqlValue(value: unknown): SqlValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new Error(`a parameter of the report is neither text nor a number: ${String(value)}`);
}

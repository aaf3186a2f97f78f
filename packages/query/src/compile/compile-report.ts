import { type RawBuilder, sql } from 'kysely';
import type { Catalogue, Dataset } from '../catalogue/dataset.ts';
import { dimensionNamed } from '../catalogue/look-up.ts';
import type { Plan } from '../plan/plan.ts';
import { plannedDataset } from '../plan/planned-dataset.ts';
import { type CompiledKey, compileDimension } from './compile-dimension.ts';
import { compileMetric } from './compile-metric.ts';
import { type FactsQuery, reportedFacts } from './reported-facts.ts';
import { statementOf } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';
import {
  bucketLengthMs,
  formatBucket,
  formatMillisecond,
  truncateToMillisecond,
  truncateToUnit,
} from './time-bucket.ts';

/**
 * The statement that makes the report, for DuckDB 1.5. It reads a relation `facts` with `environment_id`
 * INTEGER, `timestamp` TIMESTAMP in UTC and the columns that `hotFactsColumns` lists: text VARCHAR,
 * integer BIGINT, decimal DECIMAL(24,6), float DOUBLE, boolean BOOLEAN, timestamp TIMESTAMP.
 *
 * Its columns are `c0`, `c1`, … in the order of `outputColumns`: VARCHAR for kind `text`, DOUBLE for kind
 * `float`; a metric that no fact has a value for is null. Rows come by time, then by the dimensions in their
 * order: text in binary order, everything else by value with "(not set)" last. No facts, no rows. Where every fact
 * is a row, the dimensions of `perFact.orderedBy` go before the time, and facts alike in all of them follow each
 * other by their values.
 *
 * A plan with a target currency also reads a relation `exchange_rates`: `day` DATE, `currency` VARCHAR in capital
 * letters, `rate` DECIMAL(14,10), at most one row for each currency and day. An amount without a rate would be
 * missing from its sum, so the statement of `compileMissingRate` must have found none.
 *
 * Every parameter is cast where it stands: left to itself a driver binds a number as DOUBLE and compares as such.
 * Only facts of the plan's environment within its range are read; there is no way to compile without that.
 * Throws when the catalogue does not know the plan's dataset or a name in it.
 */
export function compileReport(plan: Plan, catalogue: Catalogue): SqlStatement {
  const dataset = plannedDataset(plan, catalogue);
  const lengthMs = compileLength(plan);
  const perFact = plan.perFact !== undefined;
  const metrics = plan.metrics.map((metric) => compileMetric(metric, { dataset, lengthMs, perFact }));
  const compileKeys = (names: readonly string[]) => names.map((name) => compileKey(name, plan, dataset));
  const dimensions = compileKeys(plan.dimensions);
  const time = compileTime(plan);
  const shown = [...metrics, ...[...dimensions, ...time].map((column) => column.shown)];

  let query: FactsQuery = reportedFacts(plan, catalogue).select(
    shown.map((column, index) => column.as(`c${index}`)),
  );
  if (plan.perFact === undefined) {
    const keys = keysOf([...time, ...dimensions]);
    // Without keys SQL answers one row even for no facts, where a report has none.
    query = keys.length === 0 ? query.having(sql<boolean>`count(*) > 0`) : query.groupBy(keys);
    query = ordered(query, keys);
  } else {
    const before = compileKeys(plan.perFact.orderedBy);
    query = ordered(query, [...keysOf([...before, ...time, ...dimensions]), ...metrics]);
  }
  if (plan.limitRows !== null) query = query.limit(sql<number>`cast(${plan.limitRows} as bigint)`);
  return statementOf(query);
}

/** Of a row's bucket, or of the whole range where there is no time unit. Milliseconds, BIGINT. */
function compileLength({ timeUnit, range }: Plan): RawBuilder<unknown> {
  if (timeUnit === null) return sql`cast(${range.endExclusiveMs - range.startMs} as bigint)`;
  return bucketLengthMs(truncateToUnit(sql.ref('timestamp'), timeUnit), timeUnit);
}

function compileTime({ timeUnit, perFact }: Plan): readonly CompiledKey[] {
  const timestamp = sql.ref('timestamp');
  if (perFact !== undefined) {
    const key = truncateToMillisecond(timestamp);
    return [{ key, shown: formatMillisecond(key) }];
  }
  if (timeUnit === null) return [];
  const key = truncateToUnit(timestamp, timeUnit);
  return [{ key, shown: formatBucket(key) }];
}

/** In a converted report every fact has the same currency. */
function compileKey(name: string, { tenant, targetCurrency }: Plan, dataset: Dataset): CompiledKey {
  if (targetCurrency !== undefined && name === dataset.currencyDimension) {
    return { key: null, shown: sql`cast(${targetCurrency} as varchar)` };
  }
  return compileDimension(dimensionNamed(dataset, name), tenant);
}

function keysOf(columns: readonly CompiledKey[]): RawBuilder<unknown>[] {
  return columns.flatMap(({ key }) => (key === null ? [] : [key]));
}

function ordered(query: FactsQuery, keys: readonly RawBuilder<unknown>[]): FactsQuery {
  return keys.reduce((sorted, key) => sorted.orderBy(key, (order) => order.asc().nullsLast()), query);
}

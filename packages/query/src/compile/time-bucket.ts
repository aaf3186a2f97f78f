import { type Expression, type RawBuilder, sql } from 'kysely';
import type { TimeUnit } from '../plan/plan.ts';

/** How a time and the value of a timestamp dimension begin; both are UTC. */
const secondFormat = '%Y-%m-%d %H:%M:%S';

/**
 * The start of the bucket that a timestamp without zone lies in. Facts are UTC, so buckets are UTC; weeks start
 * on Monday, as ISO 8601 and DuckDB have it. All bucketing is done here, once.
 */
export function truncateToUnit(timestamp: Expression<unknown>, unit: TimeUnit): RawBuilder<unknown> {
  return sql`date_trunc(${sql.lit(unit)}, ${timestamp})`;
}

/** `YYYY-MM-DD HH:MM:SS UTC`, the contract's form of a time column. */
export function formatBucket(bucket: Expression<unknown>): RawBuilder<unknown> {
  return sql`strftime(${bucket}, ${sql.lit(`${secondFormat} UTC`)})`;
}

/** Two timestamps that are shown alike are one value, so what is not shown is cut off before grouping. */
export function truncateToMillisecond(timestamp: Expression<unknown>): RawBuilder<unknown> {
  return sql`date_trunc('millisecond', ${timestamp})`;
}

/** `YYYY-MM-DD HH:MM:SS.mmm UTC`. Always with milliseconds: texts of one length sort as the times do. */
export function formatMillisecond(timestamp: Expression<unknown>): RawBuilder<unknown> {
  return sql`strftime(${timestamp}, ${sql.lit(`${secondFormat}.%g UTC`)})`;
}

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

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const fixedLengthsMs: Record<Exclude<TimeUnit, 'month'>, number> = {
  second: 1_000,
  minute: minuteMs,
  hour: 60 * minuteMs,
  day: dayMs,
  week: 7 * dayMs,
};

/** Length of the whole bucket in milliseconds, also where the range begins or ends inside of it. BIGINT. */
export function bucketLengthMs(bucket: Expression<unknown>, unit: TimeUnit): RawBuilder<unknown> {
  if (unit !== 'month') return sql`cast(${fixedLengthsMs[unit]} as bigint)`;
  return sql`date_diff('millisecond', ${bucket}, ${bucket} + interval 1 month)`;
}

/** A TIMESTAMP. Sent as text without a zone: facts' have none, and a driver's Date would bring the local one. */
export function timestampValue(ms: number): RawBuilder<string> {
  return sql<string>`cast(${new Date(ms).toISOString().replace('Z', '')} as timestamp)`;
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

import { type Expression, type RawBuilder, sql } from 'kysely';
import type { TimeUnit } from '../plan/plan.ts';
import { unitLengths } from '../plan/time-unit-lengths.ts';

/** Common prefix of shown bucket times and shown timestamps, both in UTC. */
const secondFormat = '%Y-%m-%d %H:%M:%S';

/**
 * The division of time into buckets: the plan's unit, aligned to local time at an offset east of
 * UTC.
 */
export interface Bucketing {
  readonly unit: TimeUnit;
  readonly utcOffsetMinutes: number;
}

/**
 * Returns the start of the bucket that contains a timestamp, both in UTC without a zone. Weeks
 * start on Monday, as in ISO 8601 and DuckDB; decades and longer units start in years divisible by
 * their length.
 */
export function truncateToBucket(
  timestamp: Expression<unknown>,
  { unit, utcOffsetMinutes }: Bucketing,
): RawBuilder<unknown> {
  const start = sql`date_trunc(${sql.lit(unit)}, ${toLocal(timestamp, utcOffsetMinutes)})`;
  return utcOffsetMinutes === 0 ? start : sql`(${start} - ${minutes(utcOffsetMinutes)})`;
}

/** Converts UTC to local time at the offset. */
function toLocal(timestamp: Expression<unknown>, utcOffsetMinutes: number): Expression<unknown> {
  return utcOffsetMinutes === 0 ? timestamp : sql`(${timestamp} + ${minutes(utcOffsetMinutes)})`;
}

/**
 * Embeds the number as a literal, not as a parameter: a statement repeats its group keys, and
 * DuckDB treats equal expressions with different parameters as different keys. The number is a
 * bounded integer from the plan.
 */
function minutes(count: number): RawBuilder<unknown> {
  return sql`to_minutes(${sql.lit(count)})`;
}

/**
 * Returns the length of the whole bucket in milliseconds, BIGINT, even if the range covers only a
 * part of it.
 */
export function bucketLengthMs(
  bucket: Expression<unknown>,
  { unit, utcOffsetMinutes }: Bucketing,
): RawBuilder<unknown> {
  const length = unitLengths[unit];
  if ('ms' in length) return sql`cast(${length.ms} as bigint)`;
  const start = toLocal(bucket, utcOffsetMinutes);
  return sql`date_diff('millisecond', ${start}, ${start} + to_months(${sql.lit(length.months)}))`;
}

/**
 * Returns a TIMESTAMP parameter, sent as text without a zone: a driver would send a Date in its
 * local zone.
 */
export function timestampValue(ms: number): RawBuilder<string> {
  return sql<string>`cast(${new Date(ms).toISOString().replace('Z', '')} as timestamp)`;
}

/** Formats as `YYYY-MM-DD HH:MM:SS UTC`, the contract's form of a time column. */
export function formatBucket(bucket: Expression<unknown>): RawBuilder<unknown> {
  return sql`strftime(${bucket}, ${sql.lit(`${secondFormat} UTC`)})`;
}

/**
 * Truncates to the shown precision before grouping, so that timestamps that look equal are one
 * value.
 */
export function truncateToMillisecond(timestamp: Expression<unknown>): RawBuilder<unknown> {
  return sql`date_trunc('millisecond', ${timestamp})`;
}

/** Formats as `YYYY-MM-DD HH:MM:SS.mmm UTC`. The fixed length makes texts sort like their times. */
export function formatMillisecond(timestamp: Expression<unknown>): RawBuilder<unknown> {
  return sql`strftime(${timestamp}, ${sql.lit(`${secondFormat}.%g UTC`)})`;
}

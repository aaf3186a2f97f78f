import { type Expression, type RawBuilder, sql } from 'kysely';
import type { TimeUnit } from '../plan/plan.ts';
import { unitLengths } from '../plan/time-unit-lengths.ts';

/** How a time and the value of a timestamp dimension begin; both are UTC. */
const secondFormat = '%Y-%m-%d %H:%M:%S';

/** How time is cut: the plan's unit, in the zone that is so far east of UTC. */
export interface Bucketing {
  readonly unit: TimeUnit;
  readonly utcOffsetMinutes: number;
}

/**
 * The start of the bucket that a timestamp lies in, both in UTC without zone. Weeks start on Monday, as ISO 8601
 * and DuckDB have it, decades and longer units with a year that they divide. All bucketing is done here, once.
 */
export function truncateToBucket(
  timestamp: Expression<unknown>,
  { unit, utcOffsetMinutes }: Bucketing,
): RawBuilder<unknown> {
  const start = sql`date_trunc(${sql.lit(unit)}, ${toLocal(timestamp, utcOffsetMinutes)})`;
  return utcOffsetMinutes === 0 ? start : sql`(${start} - ${minutes(utcOffsetMinutes)})`;
}

/** As clocks of the zone show it. */
function toLocal(timestamp: Expression<unknown>, utcOffsetMinutes: number): Expression<unknown> {
  return utcOffsetMinutes === 0 ? timestamp : sql`(${timestamp} + ${minutes(utcOffsetMinutes)})`;
}

/**
 * Not a parameter: the key of a group stands in a statement several times, and DuckDB takes two parameters for
 * two keys. A plan has whole minutes within bounds.
 */
function minutes(count: number): RawBuilder<unknown> {
  return sql`to_minutes(${sql.lit(count)})`;
}

/** Length of the whole bucket in milliseconds, also where the range begins or ends inside of it. BIGINT. */
export function bucketLengthMs(
  bucket: Expression<unknown>,
  { unit, utcOffsetMinutes }: Bucketing,
): RawBuilder<unknown> {
  const length = unitLengths[unit];
  if ('ms' in length) return sql`cast(${length.ms} as bigint)`;
  const start = toLocal(bucket, utcOffsetMinutes);
  return sql`date_diff('millisecond', ${start}, ${start} + to_months(${sql.lit(length.months)}))`;
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

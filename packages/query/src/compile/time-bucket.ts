import { type Expression, type RawBuilder, sql } from 'kysely';
import type { PlannedTimeZone, TimeUnit } from '../plan/plan.ts';
import { bucketPieces } from '../time/bucket-pieces.ts';
import type { Bucketing } from '../time/bucket-range.ts';
import { unitLengths } from '../time/time-unit-lengths.ts';
import { inDialect } from './dialect/dialect.ts';
import { addOffset, caseOf, formatLocal, timestampLiteral, toLocal } from './local-time.ts';

/**
 * Returns the start of the bucket that contains a timestamp, both in UTC without a zone. Weeks
 * start on Monday, as in ISO 8601 and DuckDB; decades and longer units start in years divisible by
 * their length.
 */
export function truncateToBucket(timestamp: Expression<unknown>, bucketing: Bucketing): RawBuilder<unknown> {
  const pieces = bucketPieces(bucketing).map((piece) => ({
    endExclusiveMs: piece.endExclusiveMs,
    value:
      'bucket' in piece
        ? timestampLiteral(piece.bucket.startMs)
        : truncateLocal(timestamp, piece.offsetMs, bucketing.unit),
  }));
  return sql`${caseOf(timestamp, pieces)}`;
}

/** Truncates in local time at the offset. */
function truncateLocal(
  timestamp: Expression<unknown>,
  offsetMs: number,
  unit: TimeUnit,
): Expression<unknown> {
  const start = inDialect((dialect) => dialect.truncate(unit, addOffset(timestamp, offsetMs)));
  return addOffset(start, -offsetMs);
}

/**
 * Returns the length of the whole bucket in milliseconds, BIGINT, even if the range covers only a
 * part of it.
 */
export function bucketLengthMs(bucket: Expression<unknown>, bucketing: Bucketing): RawBuilder<unknown> {
  const usual = calendarLengthMs(bucket, bucketing);
  const lengths = bucketPieces(bucketing).flatMap((piece) => {
    if (!('bucket' in piece)) return [];
    const { startMs, endExclusiveMs } = piece.bucket;
    const length = sql.lit(endExclusiveMs - startMs);
    return sql`when ${timestampLiteral(startMs)} then cast(${length} as bigint)`;
  });
  if (lengths.length === 0) return usual;
  return sql`(case ${bucket} ${sql.join(lengths, sql.raw(' '))} else ${usual} end)`;
}

/** The length of a bucket in which the offset does not change. */
function calendarLengthMs(bucket: Expression<unknown>, { unit, offsets }: Bucketing): RawBuilder<unknown> {
  const length = unitLengths[unit];
  if ('ms' in length) return sql`cast(${length.ms} as bigint)`;
  const start = toLocal(bucket, offsets);
  return inDialect((dialect) =>
    dialect.difference('millisecond', start, dialect.addMonths(start, sql.lit(length.months))),
  );
}

/** Returns a TIMESTAMP parameter. */
export function timestampValue(ms: number): RawBuilder<string> {
  return inDialect<string>((dialect) => dialect.timestamp(ms));
}

/**
 * Formats as `YYYY-MM-DD HH:MM:SS UTC`, the contract's form of a time column, or as local time of
 * the zone.
 */
export function formatBucket(
  bucket: Expression<unknown>,
  timeZone: PlannedTimeZone | undefined,
): RawBuilder<unknown> {
  if (timeZone !== undefined) return sql`${formatLocal(bucket, timeZone.offsets)}`;
  return inDialect((dialect) => dialect.formatTime(bucket, '%Y-%m-%d %H:%M:%S UTC'));
}

/**
 * Truncates to the shown precision before grouping, so that timestamps that look equal are one
 * value.
 */
export function truncateToMillisecond(timestamp: Expression<unknown>): RawBuilder<unknown> {
  return inDialect((dialect) => dialect.truncateToMillisecond(timestamp));
}

/** Formats as `YYYY-MM-DD HH:MM:SS.mmm UTC`. The fixed length makes texts sort like their times. */
export function formatMillisecond(timestamp: Expression<unknown>): RawBuilder<unknown> {
  return inDialect((dialect) => dialect.formatMillisecond(timestamp));
}

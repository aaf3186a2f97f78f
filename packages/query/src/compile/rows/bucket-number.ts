import { type Expression, type RawBuilder, sql } from 'kysely';
import type { TimeUnit } from '../../plan/plan.ts';
import type { BucketSeries, NumberedPiece } from '../../time/bucket-series.ts';
import { unitLengths } from '../../time/time-unit-lengths.ts';
import { inDialect } from '../dialect/dialect.ts';
import { addOffset, caseOf, timestampLiteral } from '../local-time.ts';

/** Compiles the number, BIGINT, of the bucket of the series that starts at a TIMESTAMP. */
export function bucketNumber(
  start: RawBuilder<unknown>,
  { pieces, unit }: BucketSeries,
): RawBuilder<unknown> {
  const numbers = pieces.map((piece) => ({
    endExclusiveMs: piece.endExclusiveMs,
    value: sql`(${sql.lit(piece.firstNumber)} + ${unitsSince(start, piece, unit)})`,
  }));
  return sql`cast(${caseOf(start, numbers)} as bigint)`;
}

function unitsSince(start: Expression<unknown>, piece: NumberedPiece, unit: TimeUnit): RawBuilder<unknown> {
  if ('startMs' in piece) return sql`0`;
  const length = unitLengths[unit];
  const first = timestampLiteral(piece.localStartMs);
  const local = addOffset(start, piece.offsetMs);
  return 'ms' in length
    ? inDialect((dialect) =>
        dialect.divideWhole(dialect.difference('millisecond', first, local), sql.lit(length.ms)),
      )
    : inDialect((dialect) =>
        dialect.divideWhole(dialect.difference('month', first, local), sql.lit(length.months)),
      );
}

/** Compiles the start, TIMESTAMP in UTC, of the bucket with a number. */
export function bucketAt(number: RawBuilder<unknown>, { pieces, unit }: BucketSeries): RawBuilder<unknown> {
  const starts = pieces.map((piece) => startAt(number, piece, unit));
  const branches = pieces
    .slice(1)
    .map(({ firstNumber }, index) => sql`when ${number} < ${sql.lit(firstNumber)} then ${starts[index]}`);
  const last = starts.at(-1);
  if (last === undefined) throw new Error('a series of buckets is empty');
  return branches.length === 0 ? last : sql`(case ${sql.join(branches, sql` `)} else ${last} end)`;
}

function startAt(number: RawBuilder<unknown>, piece: NumberedPiece, unit: TimeUnit): RawBuilder<unknown> {
  if ('startMs' in piece) return timestampLiteral(piece.startMs);
  const length = unitLengths[unit];
  const first = timestampLiteral(piece.localStartMs);
  const units = sql`cast(${number} - ${sql.lit(piece.firstNumber)} as integer)`;
  const local =
    'ms' in length
      ? inDialect((dialect) =>
          dialect.addMilliseconds(first, sql`cast(${units} as bigint) * ${sql.lit(length.ms)}`),
        )
      : inDialect((dialect) => dialect.addMonths(first, sql`${units} * ${sql.lit(length.months)}`));
  return sql`${addOffset(local, -piece.offsetMs)}`;
}

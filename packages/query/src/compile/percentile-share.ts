import { type RawBuilder, sql } from 'kysely';

/** A percentile from 0 to 1, DOUBLE. By its digits, because 99.9 / 100 is not the double nearest to 0.999. */
export function percentileShare(percentile: number): RawBuilder<unknown> {
  return sql`cast(${sql.lit(Number(`${percentile}e-2`))} as double)`;
}

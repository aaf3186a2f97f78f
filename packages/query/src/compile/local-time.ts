import { type Expression, type RawBuilder, sql } from 'kysely';
import { offsetText } from '../time/offset-text.ts';
import type { ZoneOffset } from '../time/zone-offset.ts';

// Offsets and times are literals, not parameters: a statement repeats its group keys, and DuckDB
// treats equal expressions with different parameters as different keys. They are integers of the plan.

/** Converts a TIMESTAMP in UTC to local time. */
export function toLocal(timestamp: Expression<unknown>, offsets: readonly ZoneOffset[]): Expression<unknown> {
  return caseOf(
    timestamp,
    offsets.map(({ offsetSeconds }, index) => ({
      endExclusiveMs: offsets[index + 1]?.fromMs ?? Infinity,
      value: addOffset(timestamp, offsetSeconds * 1_000),
    })),
  );
}

/**
 * Adds an offset, or a negative one, to a TIMESTAMP. As microseconds, because adding an INTERVAL
 * takes several times as long.
 */
export function addOffset(timestamp: Expression<unknown>, offsetMs: number): Expression<unknown> {
  if (offsetMs === 0) return timestamp;
  return sql`make_timestamp(epoch_us(${timestamp}) + ${sql.lit(offsetMs * 1_000)})`;
}

/**
 * Selects the first value whose end is after a TIMESTAMP. The values are in ascending order, and
 * the last has no end. A single one makes no `case`.
 */
export function caseOf(
  timestamp: Expression<unknown>,
  values: readonly { readonly endExclusiveMs: number; readonly value: Expression<unknown> }[],
): Expression<unknown> {
  const last = values.at(-1)?.value;
  if (last === undefined) throw new Error('a zone has no offset; expected at least one');
  if (values.length === 1) return last;
  const branches = values
    .slice(0, -1)
    .map(
      ({ endExclusiveMs, value }) =>
        sql`when ${timestamp} < ${timestampLiteral(endExclusiveMs)} then ${value}`,
    );
  return sql`(case ${sql.join(branches, sql.raw(' '))} else ${last} end)`;
}

/** A TIMESTAMP without a zone. The text of years from 10000 on has no sign in DuckDB. */
export function timestampLiteral(ms: number): RawBuilder<unknown> {
  return sql`timestamp ${sql.lit(new Date(ms).toISOString().replace(/^\+0*/, '').replace('Z', ''))}`;
}

/** Shows a TIMESTAMP as local time with its offset: `YYYY-MM-DDTHH:MM:SS+HH:MM`. */
export function formatLocal(
  timestamp: Expression<unknown>,
  offsets: readonly ZoneOffset[],
): Expression<unknown> {
  return caseOf(
    timestamp,
    offsets.map(({ offsetSeconds }, index) => ({
      endExclusiveMs: offsets[index + 1]?.fromMs ?? Infinity,
      value: sql`strftime(${addOffset(timestamp, offsetSeconds * 1_000)}, ${sql.lit(`%Y-%m-%dT%H:%M:%S${offsetText(offsetSeconds)}`)})`,
    })),
  );
}

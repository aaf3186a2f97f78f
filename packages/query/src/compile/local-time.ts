import { type Expression, type RawBuilder, sql } from 'kysely';
import { offsetText } from '../time/offset-text.ts';
import type { ZoneOffset } from '../time/zone-offset.ts';
import { inDialect } from './dialect/dialect.ts';

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

/** Adds an offset, or a negative one, to a TIMESTAMP. */
export function addOffset(timestamp: Expression<unknown>, offsetMs: number): Expression<unknown> {
  if (offsetMs === 0) return timestamp;
  return inDialect((dialect) => dialect.addOffset(timestamp, offsetMs));
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

/** A TIMESTAMP without a zone. */
export function timestampLiteral(ms: number): RawBuilder<unknown> {
  return inDialect((dialect) => dialect.timestampLiteral(ms));
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
      value: inDialect((dialect) =>
        dialect.formatTime(
          addOffset(timestamp, offsetSeconds * 1_000),
          `%Y-%m-%dT%H:%M:%S${offsetText(offsetSeconds)}`,
        ),
      ),
    })),
  );
}

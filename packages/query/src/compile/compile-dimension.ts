import { type RawBuilder, sql } from 'kysely';
import type { Dimension, DimensionType, TimestampPart } from '../catalogue/dataset.ts';
import { timestampColumn } from '../catalogue/fact-row.ts';
import type { Plan, PlannedTimeZone } from '../plan/plan.ts';
import { inDialect } from './dialect/dialect.ts';
import { toLocal } from './local-time.ts';
import { notSetText } from '../plan/output-columns.ts';
import { formatMillisecond, truncateToMillisecond } from './time-bucket.ts';

/** The SQL expressions of a dimension or of the time column. */
export interface CompiledKey {
  /** Expression to group and order by. Null if all rows have the same value. */
  readonly key: RawBuilder<unknown> | null;
  /** Returns the shown text, VARCHAR. Its argument is `key` or a column with its value. */
  readonly show: (key: RawBuilder<unknown>) => RawBuilder<unknown>;
  /** Whether the key is the shown text, which is never null. */
  readonly isText?: boolean;
  /** A stored text whose `shownText` is the key. */
  readonly stored?: RawBuilder<unknown>;
}

/** The parts of a plan that decide the values of derived dimensions. */
export type PlanFrame = Pick<Plan, 'tenant' | 'timeZone'>;

const notSet = sql.lit(notSetText);

export function compileDimension(dimension: Dimension, { tenant, timeZone }: PlanFrame): CompiledKey {
  const { name, source } = dimension;
  switch (source.kind) {
    case 'column':
      return compileColumn(name, source.type);
    case 'timestamp-part':
      return textKey(compileTimestampPart(source.part, timeZone));
    case 'tenant':
      return { key: null, show: () => sql`cast(${tenant[source.of]} as varchar)` };
    default:
      return source satisfies never;
  }
}

function compileColumn(name: string, type: DimensionType): CompiledKey {
  const column = sql.ref(name);
  switch (type) {
    case 'text':
      // Grouped by the shown text, so that a missing value and the text "(not set)" are one row.
      return { ...textKey(shownText(column)), stored: column };
    case 'integer':
    case 'boolean':
      return { key: column, show: (key) => sql`coalesce(cast(${key} as varchar), ${notSet})` };
    case 'timestamp':
      return {
        key: truncateToMillisecond(column),
        show: (key) => sql`coalesce(${formatMillisecond(key)}, ${notSet})`,
      };
    default:
      return type satisfies never;
  }
}

/** Compiles the text that stands for a stored one, which may be missing. */
export function shownText(stored: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce(${stored}, ${notSet})`;
}

/**
 * Compiles a part of the timestamp, in local time of the zone or in UTC, to text. Days of the week
 * are therefore ordered alphabetically.
 */
export function compileTimestampPart(
  part: TimestampPart,
  timeZone: PlannedTimeZone | undefined,
): RawBuilder<unknown> {
  const column = sql.ref(timestampColumn.name);
  const timestamp = timeZone === undefined ? column : toLocal(column, timeZone.offsets);
  const formatTime = (format: string) => inDialect((dialect) => dialect.formatTime(timestamp, format));
  switch (part) {
    case 'day_of_week':
      return formatTime('%a');
    case 'month_of_year':
      return formatTime('%m');
    case 'hour_of_day':
      return formatTime('%H');
    case 'week_of_month':
      return sql`cast(${inDialect((dialect) => dialect.divideWhole(sql`(${dialect.dayOfMonth(timestamp)} - 1)`, sql.lit(7)))} + 1 as varchar)`;
    default:
      return part satisfies never;
  }
}

function textKey(text: RawBuilder<unknown>): CompiledKey {
  return { key: text, show: (key) => key, isText: true };
}

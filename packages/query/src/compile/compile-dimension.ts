import { type RawBuilder, sql } from 'kysely';
import type { Dimension, DimensionType, TimestampPart } from '../catalogue/dataset.ts';
import { timestampColumn } from '../catalogue/fact-row.ts';
import type { Plan, PlannedTimeZone } from '../plan/plan.ts';
import { inDialect } from './dialect/dialect.ts';
import { toLocal } from './local-time.ts';
import { shownText } from './shown-text.ts';
import { formatMillisecond, truncateToMillisecond } from './time-bucket.ts';

/** The SQL expressions of a dimension or of the time column. */
export interface CompiledKey {
  /** Expression to group by. Null if all rows have the same value. */
  readonly key: RawBuilder<unknown> | null;
  /** Returns the shown text, VARCHAR. Its argument is `key` or a column with its value. */
  readonly show: (key: RawBuilder<unknown>) => RawBuilder<unknown>;
  /** Whether rows are ordered by the shown text, which is never null, instead of by the key. */
  readonly isText?: boolean;
}

/** The parts of a plan that decide the values of derived dimensions. */
export type PlanFrame = Pick<Plan, 'tenant' | 'timeZone'>;

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
      return { key: inDialect((dialect) => dialect.textKey(name)), show: shownText, isText: true };
    case 'integer':
    case 'boolean':
      return { key: column, show: (key) => shownText(sql`cast(${key} as varchar)`) };
    case 'timestamp':
      return {
        key: truncateToMillisecond(column),
        show: (key) => shownText(formatMillisecond(key)),
      };
    default:
      return type satisfies never;
  }
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

import { type RawBuilder, sql } from 'kysely';
import type { Dimension, DimensionType, TimestampPart } from '../catalogue/dataset.ts';
import { timestampColumn } from '../catalogue/fact-row.ts';
import type { Tenant } from '../plan/plan.ts';
import { formatMillisecond, truncateToMillisecond } from './time-bucket.ts';

/** A dimension or the time bucket, as the parts of a statement that it takes. */
export interface CompiledKey {
  /** What rows are grouped and ordered by; null when every row has the same value. */
  readonly key: RawBuilder<unknown> | null;
  /** VARCHAR, made from `key`, or from a column that holds it. */
  readonly show: (key: RawBuilder<unknown>) => RawBuilder<unknown>;
  /** Whether the key is the shown text, and so never null. */
  readonly isText?: boolean;
}

/** The value of a dimension that a fact does not have. */
const notSet = sql.lit('(not set)');

export function compileDimension(dimension: Dimension, tenant: Tenant): CompiledKey {
  const { name, source } = dimension;
  switch (source.kind) {
    case 'column':
      return compileColumn(name, source.type);
    case 'timestamp-part':
      return textKey(compileTimestampPart(source.part));
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
      // Grouping by the shown text: a fact without a value and one that says "(not set)" are one row.
      return textKey(sql`coalesce(${column}, ${notSet})`);
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

/** Text like any other, so days of the week come in alphabetical order. */
export function compileTimestampPart(part: TimestampPart): RawBuilder<unknown> {
  const timestamp = sql.ref(timestampColumn.name);
  switch (part) {
    case 'day_of_week':
      return sql`strftime(${timestamp}, '%a')`;
    case 'month_of_year':
      return sql`strftime(${timestamp}, '%m')`;
    case 'hour_of_day':
      return sql`strftime(${timestamp}, '%H')`;
    case 'week_of_month':
      return sql`cast((day(${timestamp}) - 1) // 7 + 1 as varchar)`;
    default:
      return part satisfies never;
  }
}

function textKey(text: RawBuilder<unknown>): CompiledKey {
  return { key: text, show: (key) => key, isText: true };
}

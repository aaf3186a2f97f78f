import { type RawBuilder, sql } from 'kysely';
import type { FilterSource } from '../catalogue/look-up.ts';
import { compileTimestampPart, type PlanFrame } from './compile-dimension.ts';
import { truncateToMillisecond } from './time-bucket.ts';

/** Compiles the value that filters and distinct counts read in a fact. Null: the fact has none. */
export function compileFactValue(source: FilterSource, { tenant, timeZone }: PlanFrame): RawBuilder<unknown> {
  switch (source.kind) {
    case 'column': {
      const column = sql.ref(source.column);
      // Reports show milliseconds, so filters and counts must not distinguish finer times.
      return source.type === 'timestamp' ? truncateToMillisecond(column) : column;
    }
    case 'timestamp-part':
      return compileTimestampPart(source.part, timeZone);
    case 'tenant':
      return sql`cast(${tenant[source.of]} as varchar)`;
    default:
      return source satisfies never;
  }
}

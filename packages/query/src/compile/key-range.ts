import { type RawBuilder, sql, type SqlBool } from 'kysely';
import type { KeyRange } from '../plan/bound-plan.ts';

/** Returns the condition on facts of rows in the range. `leadingText` is that of the report. */
export function isInKeyRange(
  leadingText: RawBuilder<unknown> | null,
  { after, atMost }: KeyRange,
): RawBuilder<SqlBool> {
  if (leadingText === null) throw new Error('the first key of the report is not a text');
  const conditions = [
    ...(after === null ? [] : [sql`${leadingText} > cast(${after} as varchar)`]),
    ...(atMost === null ? [] : [sql`${leadingText} <= cast(${atMost} as varchar)`]),
  ];
  return conditions.length === 0
    ? sql<SqlBool>`true`
    : sql<SqlBool>`${sql.join(conditions, sql.raw(' and '))}`;
}

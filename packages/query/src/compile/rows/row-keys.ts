import { type RawBuilder, sql } from 'kysely';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import { reportColumns } from '../report-columns.ts';

/**
 * Rows on their way from facts to a report: a select with the columns `m0`, `m1`, … (metrics), `k0`,
 * `k1`, … (dimensions with more than one value) and `t` (start of the bucket, if the report has a
 * time unit). `k` and `t` together are unique.
 */
export type Rows = RawBuilder<unknown>;

/** Names of the columns that identify a row. */
export interface RowKeys {
  readonly dimensions: readonly string[];
  /** `t`, or nothing. */
  readonly time: readonly string[];
}

export function rowKeys(boundPlan: BoundPlan): RowKeys {
  const { groupKeys, timeKeys } = reportColumns(boundPlan);
  return { dimensions: groupKeys.map((_, index) => `k${index}`), time: timeKeys.map(() => 't') };
}

/** Compares the key columns of two relations; a missing value equals a missing value. */
export function sameKeys(left: string, right: string, keys: readonly string[]): RawBuilder<boolean> {
  const equal = keys.map(
    (key) => sql`${sql.ref(`${left}.${key}`)} is not distinct from ${sql.ref(`${right}.${key}`)}`,
  );
  return sql<boolean>`(${sql.join([sql`true`, ...equal], sql` and `)})`;
}

import { type RawBuilder, sql } from 'kysely';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import { reportColumns } from '../report-columns.ts';
import { reportedFacts } from '../reported-facts.ts';

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

/**
 * Selects one row for each group of the facts of the plan's range, and a column `has_facts`, true.
 * A metric that is a part of a whole comes without its operation, which follows the division.
 */
export function groupedRows(boundPlan: BoundPlan): Rows {
  const aggregated = withoutOperationsOfParts(boundPlan);
  const columns = reportColumns(aggregated);
  const keys = [...columns.groupKeys, ...columns.timeKeys];
  const selected = reportedFacts(aggregated).select([
    ...columns.metrics.map((metric, index) => metric.as(`m${index}`)),
    ...columns.groupKeys.map((key, index) => key.as(`k${index}`)),
    ...columns.timeKeys.map((key) => key.as('t')),
    sql`true`.as('has_facts'),
  ]);
  // Without keys SQL returns one row for no facts; a report must return none.
  return sql`${keys.length === 0 ? selected.having(sql<boolean>`count(*) > 0`) : selected.groupBy(keys)}`;
}

/** The operation of a part follows its division by the whole. */
export function withoutOperationsOfParts({ plan, dataset }: BoundPlan): BoundPlan {
  const metrics = plan.metrics.map(({ operation, ...metric }) =>
    operation === undefined || metric.part !== undefined ? metric : { ...metric, operation },
  );
  return { plan: { ...plan, metrics }, dataset };
}

/** Compares the key columns of two relations; a missing value equals a missing value. */
export function sameKeys(left: string, right: string, keys: readonly string[]): RawBuilder<boolean> {
  const equal = keys.map(
    (key) => sql`${sql.ref(`${left}.${key}`)} is not distinct from ${sql.ref(`${right}.${key}`)}`,
  );
  return sql<boolean>`(${sql.join([sql`true`, ...equal], sql` and `)})`;
}

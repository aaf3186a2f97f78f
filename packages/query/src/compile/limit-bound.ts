import { sql } from 'kysely';
import type { BoundPlan } from '../plan/bound-plan.ts';
import type { Dialect } from './dialect/dialect.ts';
import { duckdbDialect } from './dialect/duckdb.ts';
import { reportColumns, type ReportColumns } from './report-columns.ts';
import { reportedFacts } from './reported-facts.ts';
import { isStaged, orderByKeys } from './row-order.ts';
import { createSqlBuilder, type FactsRelation, compileStatement } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';

/**
 * A bound on the rows of a report with a limit. Rows are ordered by their keys, and the groups of a
 * sample of facts are groups of all facts. If a sample has as many groups as the limit allows, the
 * last row of the report is at or before the last group of the sample, so facts with later keys
 * need not be read.
 */
export type LimitBound =
  | { readonly kind: 'time'; readonly endExclusiveMs: number }
  | { readonly kind: 'leading-text'; readonly atMost: string };

/**
 * Returns the kind of bound that the rows of a plan can have, or null if they cannot be bounded.
 */
export function limitBoundKind(boundPlan: BoundPlan): LimitBound['kind'] | null {
  const { plan } = boundPlan;
  if (plan.limitRows === null || plan.groups !== undefined || plan.perFact !== undefined) return null;
  if (isStaged(plan)) return null;
  return boundKindOf(reportColumns(boundPlan));
}

/**
 * Compiles the statement that finds a bound in a sample: the facts of the relation `facts` within
 * the plan's range. It returns one row. `c0`, DOUBLE, is the number of groups, at most the limit.
 * `c1` is the reach of these groups: for kind `time` the end of the last bucket in milliseconds
 * since 1970, DOUBLE; otherwise the greatest value of the first dimension, VARCHAR. `c1` is a bound
 * only if `c0` equals the limit. Throws if the plan cannot be bounded.
 */
export function compileLimitBound(boundPlan: BoundPlan, dialect: Dialect = duckdbDialect): SqlStatement {
  const { limitRows } = boundPlan.plan;
  const columns = reportColumns(boundPlan);
  const { bucketEndMs, leadingText, timeKeys, groupKeys, sortKeys } = columns;
  const reach = bucketEndMs === null ? leadingText : sql`cast(${bucketEndMs} as double)`;
  if (reach === null || limitRows === null) throw new Error('the rows of the plan cannot be bounded');
  const grouped = reportedFacts(boundPlan)
    .select(reach.as('reach'))
    .groupBy([...timeKeys, ...groupKeys]);
  const groups = orderByKeys(grouped, [...timeKeys, ...sortKeys]);
  return compileStatement(
    createSqlBuilder()
      .selectFrom(
        sql<FactsRelation>`(${groups.limit(sql<number>`cast(${limitRows} as bigint)`)})`.as('facts'),
      )
      .select([sql`cast(count(*) as double)`.as('c0'), sql`max(${sql.ref('reach')})`.as('c1')]),
    dialect,
  );
}

/** Returns a report or a part of one without the facts behind the bound, which are in none of its rows. */
export function narrowPlan<Report extends Pick<BoundPlan, 'plan' | 'keyRange'>>(
  report: Report,
  bound: LimitBound | null,
): Report {
  if (bound === null) return report;
  const { plan, keyRange } = report;
  // A bound is found among the rows of the part, so that it is never behind its end.
  if (bound.kind === 'leading-text')
    return { ...report, keyRange: { after: keyRange?.after ?? null, atMost: bound.atMost } };
  const endExclusiveMs = Math.min(plan.range.endExclusiveMs, bound.endExclusiveMs);
  return { ...report, plan: { ...plan, range: { ...plan.range, endExclusiveMs } } };
}

function boundKindOf({ bucketEndMs, leadingText }: ReportColumns): LimitBound['kind'] | null {
  if (bucketEndMs !== null) return 'time';
  return leadingText === null ? null : 'leading-text';
}

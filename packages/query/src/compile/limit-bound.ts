import { sql, type SqlBool } from 'kysely';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { reportColumns, type ReportColumns } from './report-columns.ts';
import { type FactsQuery, reportedFacts } from './reported-facts.ts';
import { orderByKeys } from './row-order.ts';
import { createSqlBuilder, type FactsRelation, compileStatement } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';

/**
 * How far the rows of a report with a limit can reach. Groups come in the order of their keys, and any part of the
 * facts has only groups that the whole has too: so where a part has as many groups as the limit allows, the last of
 * these is not before the last row of the report, and facts whose keys lie behind it need not be looked at.
 */
export type LimitBound =
  | { readonly kind: 'time'; readonly endExclusiveMs: number }
  | { readonly kind: 'leading-text'; readonly atMost: string };

/** How the rows of a plan can be bounded; null when they cannot, or when it would not pay. */
export function limitBoundKind(boundPlan: BoundPlan): LimitBound['kind'] | null {
  const { plan } = boundPlan;
  if (plan.limitRows === null || plan.groups !== undefined || plan.perFact !== undefined) return null;
  return boundKindOf(reportColumns(boundPlan));
}

/**
 * The statement that finds a bound among the facts that the relation `facts` has in the plan's range, which may be
 * any part of those of the report. It answers one row: `c0`, DOUBLE, is the number of groups, at most the limit; `c1`
 * is how far these reach: for kind `time` the end of the last bucket in milliseconds since 1970, DOUBLE, otherwise the
 * greatest value of the first dimension, VARCHAR. Unless `c0` is the limit, `c1` is no bound.
 * Throws when the plan cannot be bounded.
 */
export function compileLimitBound(boundPlan: BoundPlan): SqlStatement {
  const { limitRows } = boundPlan.plan;
  const columns = reportColumns(boundPlan);
  const { bucketEndMs, leadingTextKey, timeKeys, groupKeys } = columns;
  const reach = bucketEndMs === null ? leadingTextKey : sql`cast(${bucketEndMs} as double)`;
  if (reach === null || limitRows === null) throw new Error('the rows of the plan have no bound');
  const keys = [...timeKeys, ...groupKeys];
  const groups = orderByKeys(reportedFacts(boundPlan).select(reach.as('reach')).groupBy(keys), keys);
  return compileStatement(
    createSqlBuilder()
      .selectFrom(
        sql<FactsRelation>`(${groups.limit(sql<number>`cast(${limitRows} as bigint)`)})`.as('facts'),
      )
      .select([sql`cast(count(*) as double)`.as('c0'), sql`max(${sql.ref('reach')})`.as('c1')]),
  );
}

/** With a range that ends at the bound. */
export function narrowPlan(boundPlan: BoundPlan, limitBound: LimitBound | null): BoundPlan {
  if (limitBound?.kind !== 'time') return boundPlan;
  const { plan, dataset } = boundPlan;
  const endExclusiveMs = Math.min(plan.range.endExclusiveMs, limitBound.endExclusiveMs);
  return { plan: { ...plan, range: { ...plan.range, endExclusiveMs } }, dataset };
}

/** Those facts that can be part of a row. */
export function whereWithinBound(
  facts: FactsQuery,
  { leadingTextKey }: ReportColumns,
  limitBound: LimitBound | null,
): FactsQuery {
  if (limitBound?.kind !== 'leading-text') return facts;
  if (leadingTextKey === null) throw new Error('the rows of the report do not begin with a text');
  return facts.where(sql<SqlBool>`${leadingTextKey} <= cast(${limitBound.atMost} as varchar)`);
}

function boundKindOf({ bucketEndMs, leadingTextKey }: ReportColumns): LimitBound['kind'] | null {
  if (bucketEndMs !== null) return 'time';
  return leadingTextKey === null ? null : 'leading-text';
}

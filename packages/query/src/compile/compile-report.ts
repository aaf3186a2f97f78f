import { sql } from 'kysely';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { type LimitBound, narrowPlan, whereWithinBound } from './limit-bound.ts';
import { compileKeys, reportColumns, type ReportColumns } from './report-columns.ts';
import { type FactsQuery, reportedFacts } from './reported-facts.ts';
import { orderByKeys } from './row-order.ts';
import { selectGroups } from './select-groups.ts';
import { createSqlBuilder, type FactsRelation, compileStatement } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';

/**
 * The statement that makes the report, for DuckDB 1.5. It reads a relation `facts` with `environment_id`
 * INTEGER, `timestamp` TIMESTAMP in UTC and the columns that `hotFactsColumns` lists: text VARCHAR,
 * integer BIGINT, decimal DECIMAL(24,6), float DOUBLE, boolean BOOLEAN, timestamp TIMESTAMP.
 *
 * Its columns are `c0`, `c1`, … in the order of `outputColumns`: VARCHAR for kind `text`, DOUBLE for kind
 * `float`; a metric that no fact has a value for is null. Rows come by time, then by the dimensions in their
 * order: text in binary order, everything else by value with "(not set)" last. No facts, no rows. Where every fact
 * is a row, the dimensions of `perFact.orderedBy` go before the time, and facts alike in all of them follow each
 * other by their values. Where the plan chooses groups, rows come by group, in the order of the choice, then by time.
 *
 * A plan with a target currency also reads a relation `exchange_rates`: `day` DATE, `currency` VARCHAR in capital
 * letters, `rate` DECIMAL(14,10), at most one row for each currency and day. An amount without a rate would be
 * missing from its sum, so the statement of `compileMissingRate` must have found none.
 *
 * Every parameter is cast where it stands: left to itself a driver binds a number as DOUBLE and compares as such.
 * Only facts of the plan's environment within its range are read; there is no way to compile without that.
 * With a bound of the plan's limit it reads less, and the rows are the same.
 * Throws when the dataset does not have a name of the plan.
 */
export function compileReport(boundPlan: BoundPlan, limitBound: LimitBound | null = null): SqlStatement {
  return compileStatement(reportQuery(boundPlan, limitBound));
}

/** The query behind `compileReport`. Throws as that does. */
export function reportQuery(boundPlan: BoundPlan, limitBound: LimitBound | null): FactsQuery {
  const { plan, dataset } = boundPlan;
  const columns = reportColumns(boundPlan);
  if (plan.groups !== undefined) {
    const facts = reportedFacts(boundPlan);
    return selectGroups({ plan, choice: plan.groups, dataset, facts, columns });
  }
  const narrowed = reportedFacts(narrowPlan(boundPlan, limitBound));
  const facts = whereWithinBound(narrowed, columns, limitBound);
  return shownRows(columns, limitedRows(facts, boundPlan, columns));
}

/** The rows of the report in their order, with the values of its columns as `v0`, `v1`, … */
function limitedRows(facts: FactsQuery, boundPlan: BoundPlan, columns: ReportColumns): FactsQuery {
  const { plan } = boundPlan;
  const { all, metrics, groupKeys, timeKeys } = columns;
  const values = all.flatMap(({ value }, index) => (value === null ? [] : [value.as(`v${index}`)]));
  // A statement selects something, also when every row shows the same.
  const selected = values.length === 0 ? [sql`1`.as('v0')] : values;
  let query: FactsQuery = facts.select(selected);
  if (plan.perFact === undefined) {
    const keys = [...timeKeys, ...groupKeys];
    // Without keys SQL answers one row even for no facts, where a report has none.
    query = keys.length === 0 ? query.having(sql<boolean>`count(*) > 0`) : query.groupBy(keys);
    query = orderByKeys(query, keys);
  } else {
    const before = compileKeys(plan.perFact.orderedBy, boundPlan);
    query = orderByKeys(query, [...before, ...timeKeys, ...groupKeys, ...metrics]);
  }
  return plan.limitRows === null ? query : query.limit(sql<number>`cast(${plan.limitRows} as bigint)`);
}

/** Values become texts only here, above the order and the limit: most groups of a report with a limit are never shown. */
function shownRows({ all }: ReportColumns, rows: FactsQuery): FactsQuery {
  const shown = all.map(({ show }, index) => show(sql.ref(`v${index}`)).as(`c${index}`));
  return createSqlBuilder()
    .selectFrom(sql<FactsRelation>`${rows}`.as('facts'))
    .select(shown);
}

import { sql } from 'kysely';
import type { BoundPlan } from '../plan/bound-plan.ts';
import type { Dialect } from './dialect/dialect.ts';
import { duckdbDialect } from './dialect/duckdb.ts';
import { compileSortKeys, reportColumns, type ReportColumns } from './report-columns.ts';
import { type FactsQuery, reportedFacts } from './reported-facts.ts';
import { isStaged, orderByKeys } from './row-order.ts';
import { stagedGroups } from './rows/staged-groups.ts';
import { stagedRows } from './rows/staged-rows.ts';
import { selectGroups } from './select-groups.ts';
import { createSqlBuilder, type FactsRelation, compileStatement } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';

/**
 * Compiles the report to a statement, by default for DuckDB. Throws if the dataset does not have a name
 * of the plan.
 *
 * Input: a relation `facts` with `environment_id` INTEGER, `timestamp` TIMESTAMP in UTC and the
 * value columns of `hotFactsColumns`: text VARCHAR, integer BIGINT, decimal DECIMAL(24,6), float
 * DOUBLE, boolean BOOLEAN, timestamp TIMESTAMP. Only facts of the plan's environment and range are
 * read; no option compiles without these conditions.
 *
 * Result: columns `c0`, `c1`, … in the order of `outputColumns`, VARCHAR for `text` and DOUBLE for
 * `float`. A metric without any value is null. No facts make no rows.
 *
 * Order: by time, then by the dimensions as requested; text in binary order, other types by value,
 * "(not set)" last. If each fact is a row, the dimensions of `perFact.orderedBy` precede the time
 * and the other values follow. If the plan selects groups, rows are ordered by group, then by time.
 *
 * A plan with a target currency also reads a relation `exchange_rates`: `day` DATE, `currency`
 * VARCHAR in upper case, `rate` DECIMAL(14,10), at most one row per currency and day. An amount
 * without a rate would be missing from its sum, so the statement of `compileMissingRate` must
 * return no row first.
 *
 * Every parameter is cast, because drivers would bind numbers as DOUBLE and compare them as such.
 */
export function compileReport(boundPlan: BoundPlan, dialect: Dialect = duckdbDialect): SqlStatement {
  return compileStatement(reportQuery(boundPlan), dialect);
}

/** Builds the query of `compileReport`. Throws like it. */
export function reportQuery(boundPlan: BoundPlan): FactsQuery {
  const { plan } = boundPlan;
  if (boundPlan.countsValues === true || isStaged(plan))
    return plan.groups === undefined ? stagedRows(boundPlan) : stagedGroups(boundPlan, plan.groups);
  const columns = reportColumns(boundPlan);
  const facts = reportedFacts(boundPlan);
  if (plan.groups !== undefined) return selectGroups({ boundPlan, choice: plan.groups, facts, columns });
  return shownRows(columns, limitedRows(facts, boundPlan, columns));
}

/** Builds the ordered rows of the report, with the values of its columns as `v0`, `v1`, … */
function limitedRows(facts: FactsQuery, boundPlan: BoundPlan, columns: ReportColumns): FactsQuery {
  const { plan } = boundPlan;
  const { all, metrics, groupKeys, sortKeys, timeKeys } = columns;
  const values = all.flatMap(({ value }, index) => (value === null ? [] : [value.as(`v${index}`)]));
  // SQL needs a selected column even if all columns are constant.
  const selected = values.length === 0 ? [sql`1`.as('v0')] : values;
  let query: FactsQuery = facts.select(selected);
  if (plan.perFact === undefined) {
    const keys = [...timeKeys, ...groupKeys];
    // Without keys SQL returns one row for no facts; a report must return none.
    query = keys.length === 0 ? query.having(sql<boolean>`count(*) > 0`) : query.groupBy(keys);
    query = orderByKeys(query, [...timeKeys, ...sortKeys]);
  } else {
    const before = compileSortKeys(plan.perFact.orderedBy, boundPlan);
    query = orderByKeys(query, [...before, ...timeKeys, ...sortKeys, ...metrics]);
  }
  return plan.limitRows === null ? query : query.limit(sql<number>`cast(${plan.limitRows} as bigint)`);
}

/** Formats values as text above the order and the limit, because a limit drops most groups. */
function shownRows({ all }: ReportColumns, rows: FactsQuery): FactsQuery {
  const shown = all.map(({ show }, index) => show(sql.ref(`v${index}`)).as(`c${index}`));
  return createSqlBuilder()
    .selectFrom(sql<FactsRelation>`${rows}`.as('facts'))
    .select(shown);
}

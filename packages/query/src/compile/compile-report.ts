import { sql } from 'kysely';
import type { Catalogue, Dataset } from '../catalogue/dataset.ts';
import { datasetNamed } from '../catalogue/look-up.ts';
import type { Plan } from '../plan/plan.ts';
import { reportColumns, type ReportColumns } from './report-columns.ts';
import { count, selectFacts } from './select-facts.ts';
import { selectGroups } from './select-groups.ts';
import { createSqlBuilder } from './sql-builder.ts';
import type { SqlStatement, SqlValue } from './sql-statement.ts';

/**
 * The statement that makes the report, for DuckDB 1.5. It reads a relation `facts` with `environment_id`
 * INTEGER, `timestamp` TIMESTAMP in UTC and the stored columns that `hotFactsColumns` lists: text VARCHAR,
 * integer BIGINT, decimal DECIMAL(24,6), timestamp TIMESTAMP.
 *
 * Its columns are `c0`, `c1`, … in the order of `outputColumns`: VARCHAR for kind `text`, DOUBLE for kind
 * `float`; a metric that no fact has a value for is null. Rows come by time, then by the dimensions in their
 * order: text in binary order, integers and timestamps by value with "(not set)" last. Where the plan chooses
 * groups, rows come by group, in the order of the choice, then by time. No facts, no rows.
 *
 * Every parameter is cast where it stands: left to itself a driver binds a number as DOUBLE and compares as such.
 * Only facts of the plan's environment within its range are read; there is no way to compile without that.
 * Throws when the catalogue does not know the plan's dataset or a name in it.
 */
export function compileReport(plan: Plan, catalogue: Catalogue): SqlStatement {
  const dataset = datasetNamed(catalogue, plan.dataset);
  const columns = reportColumns(plan, dataset);
  const query =
    plan.groups === undefined
      ? selectByTime(plan, dataset, columns)
      : selectGroups(plan, plan.groups, dataset, columns);
  const { sql: text, parameters } = query.compile();
  return { sql: text, parameters: parameters.map(sqlValue) };
}

function selectByTime(plan: Plan, dataset: Dataset, { shown, groupKeys, timeKey }: ReportColumns) {
  const keys = timeKey === null ? groupKeys : [timeKey, ...groupKeys];
  let query = selectFacts(createSqlBuilder().selectFrom('facts'), plan, dataset, shown);
  // Without keys SQL answers one row even for no facts, where a report has none.
  if (keys.length === 0) query = query.having(sql<boolean>`count(*) > 0`);
  for (const key of keys) query = query.groupBy(key).orderBy(key, (order) => order.asc().nullsLast());
  return plan.limitRows === null ? query : query.limit(count(plan.limitRows));
}

function sqlValue(value: unknown): SqlValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new Error(`a parameter of the report is neither text nor a number: ${String(value)}`);
}

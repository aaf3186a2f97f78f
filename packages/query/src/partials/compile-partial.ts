import { type RawBuilder, sql, type SqlBool } from 'kysely';
import type { ColumnType } from '../catalogue/dataset.ts';
import { environmentColumn, timestampColumn } from '../catalogue/fact-row.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { readRanges } from '../plan/read-ranges.ts';
import { compileFilter } from '../compile/compile-filter.ts';
import { sumOf } from '../compile/compile-metric.ts';
import { duckdbDialect } from '../compile/dialect/duckdb.ts';
import { measureName } from '../compile/measure-name.ts';
import { belongsToEnvironment, type FactsQuery } from '../compile/reported-facts.ts';
import { compileStatement, createSqlBuilder, type FactsRelation } from '../compile/sql-builder.ts';
import type { SqlStatement } from '../compile/sql-statement.ts';
import { timestampValue } from '../compile/time-bucket.ts';
import type { PartialColumns, PartialMeasure } from './partial-columns.ts';

/**
 * Compiles the statement that computes the partial of a segment, which is the relation `facts`: its
 * environment, the start of the unit of time as `timestamp`, keys and measures under their names in
 * segments. It fails if a sum does not fit into the type of its column.
 */
export function compilePartial(boundPlan: BoundPlan, columns: PartialColumns): SqlStatement {
  return compileStatement(groupsOf(wholeFacts(boundPlan), columns, truncated(columns)), duckdbDialect);
}

/**
 * Compiles the same of those facts that no partial covers, within the ranges of the plan. A fact in the
 * first unit of the range keeps a time within the range.
 */
export function compileUncovered(boundPlan: BoundPlan, columns: PartialColumns): SqlStatement {
  const ranges = readRanges(boundPlan.plan);
  const isInRange = sql.join(
    ranges.map(({ startMs, endExclusiveMs }) => {
      const timestamp = sql.ref(timestampColumn.name);
      return sql`(${timestamp} >= ${timestampValue(startMs)} and ${timestamp} < ${timestampValue(endExclusiveMs)})`;
    }),
    sql` or `,
  );
  const facts = wholeFacts(boundPlan).where(sql<SqlBool>`(${isInRange})`);
  const startMs = Math.min(...ranges.map((range) => range.startMs));
  const time = sql`greatest(${truncated(columns)}, ${duckdbDialect.timestampLiteral(startMs)})`;
  return compileStatement(groupsOf(facts, columns, time), duckdbDialect);
}

/** Compiles the number of rows that `compilePartial` would return. */
export function compilePartialSize(boundPlan: BoundPlan, columns: PartialColumns): SqlStatement {
  const groups = groupsOf(wholeFacts(boundPlan), columns, truncated(columns));
  const counted = createSqlBuilder()
    .selectFrom(groups.as('partial'))
    .select(sql`cast(count(*) as double)`.as('c0'));
  return compileStatement(counted, duckdbDialect);
}

/** Compiles the statement that selects the rows of partials, the relation `facts`, by the filter of the plan. */
export function compileFilteredPartials(boundPlan: BoundPlan): SqlStatement {
  return compileStatement(wholeFacts(boundPlan).selectAll(), duckdbDialect);
}

/** Compiles a statement over those facts that the filter selects, which identifies its condition. */
export function compileFactsFilter(boundPlan: BoundPlan): SqlStatement {
  return compileStatement(wholeFacts(boundPlan).select(sql`1`.as('c0')), duckdbDialect);
}

/** The facts of the environment that the filter selects. */
function wholeFacts({ plan, dataset }: BoundPlan): FactsQuery {
  const facts = createSqlBuilder()
    .selectFrom(sql<FactsRelation>`facts`.as('facts'))
    .where(belongsToEnvironment(plan.tenant.environmentId));
  return plan.filter === null ? facts : facts.where(compileFilter(plan.filter, dataset, plan));
}

/** Groups in the order of time, so that a reader of a part of the range skips the rest. */
function groupsOf(
  facts: FactsQuery,
  { keys, measures }: PartialColumns,
  time: RawBuilder<unknown>,
): FactsQuery {
  const grouped = [sql.ref(environmentColumn.name), time, ...keys.map(({ name }) => sql.ref(name))];
  return facts
    .select([
      sql.ref(environmentColumn.name).as(environmentColumn.name),
      time.as(timestampColumn.name),
      ...keys.map(({ name, segmentName }) => sql.ref(name).as(segmentName)),
      ...measures.map((measure) =>
        aggregateOf(measure).as(measureName(measure.column.segmentName, measure.aggregate)),
      ),
    ])
    .groupBy(grouped)
    .orderBy(time);
}

/** Types of sums, which are those of facts: a sum of partials then has the type of a sum of facts. */
const sumTypes: Partial<Record<ColumnType, string>> = { integer: 'bigint', decimal: 'decimal(24, 6)' };

function aggregateOf({ column: { name, type }, aggregate }: PartialMeasure): RawBuilder<unknown> {
  const value = sql.ref(name);
  switch (aggregate) {
    case 'sum': {
      const sumType = sumTypes[type];
      if (sumType === undefined) throw new Error(`a partial cannot keep sums of the type ${type}`);
      return sql`cast(${sumOf(value, 'integer')} as ${sql.raw(sumType)})`;
    }
    case 'count':
      return sql`count(${value})`;
    case 'min':
      return sql`min(${value})`;
    case 'max':
      return sql`max(${value})`;
    default:
      return aggregate satisfies never;
  }
}

function truncated({ resolution }: PartialColumns): RawBuilder<unknown> {
  return sql`${duckdbDialect.truncate(resolution, sql.ref(timestampColumn.name))}`;
}

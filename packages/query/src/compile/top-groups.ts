import { type RawBuilder, sql, type SqlBool } from 'kysely';
import type { BoundPlan } from '../plan/bound-plan.ts';
import type { TimeRange } from '../plan/plan.ts';
import { hotFactsColumns } from './compile-hot-facts.ts';
import { duckdbViewDialect } from './dialect/duckdb.ts';
import { percentileShare } from './percentile-share.ts';
import { reportColumns } from './report-columns.ts';
import { type FactsQuery, reportedFacts } from './reported-facts.ts';
import { rowColumns } from './rows/row-columns.ts';
import type { Rows } from './rows/row-keys.ts';
import { completeRows, havingRows } from './rows/staged-rows.ts';
import { compileStatement, createSqlBuilder, type FactsRelation } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';
import type { RankedRows } from './value-bound.ts';

// No fact has a column with a space in its name.
const reachingFacts = 'reaching facts';
const countedFacts = 'counted facts';
const countedValues = 'counted values';

/** More than the rounding of averages and interpolations. */
const roundingShare = 2 ** -40;

/** Compiles the statement that selects all facts of one of `oneIn` groups, chosen by the hash of their keys. */
export function compileGroupSample({ boundPlan }: RankedRows, oneIn: number): SqlStatement {
  const isSampled = sql<SqlBool>`hash(${sql.join([...reportColumns(boundPlan).groupKeys])}) % cast(${oneIn} as ubigint) = 0`;
  return compileStatement(
    selectValues(reportedFacts(boundPlan), boundPlan).where(isSampled),
    duckdbViewDialect,
  );
}

/**
 * Compiles the statement that ranks the rows of complete groups, whose facts are the relation `facts`. `c0`, DOUBLE, is
 * the number of first rows that have a metric, at most the wanted ones. `c1`, DOUBLE, is the metric of the last of them,
 * which bounds the metrics of the report if `c0` is the number of wanted rows.
 */
export function compileValueBound({
  boundPlan,
  descending,
  wantedRows,
  metricIndex,
}: RankedRows): SqlStatement {
  const rows = havingRows(completeRows(boundPlan), boundPlan, rowColumns(boundPlan));
  const metric = sql.ref(`m${metricIndex}`);
  const direction = sql.raw(descending ? 'desc' : 'asc');
  const first = sql`
    select ${metric} as metric from (${rows}) where ${metric} is not null
     order by metric ${direction} limit cast(${wantedRows} as bigint)`;
  const last = descending ? sql`min(metric)` : sql`max(metric)`;
  return compileStatement(
    createSqlBuilder()
      .selectFrom(sql<FactsRelation>`(${first})`.as('facts'))
      .select([sql`cast(count(*) as double)`.as('c0'), sql`cast(${last} as double)`.as('c1')]),
    duckdbViewDialect,
  );
}

/** Compiles the statement that returns the keys of groups with a fact that reaches the bound, with the number of these. */
export function compileReachingGroups(ranked: RankedRows, bound: number): SqlStatement {
  const keys = rowKeysOf(ranked);
  const facts = reportedFacts(ranked.boundPlan)
    .select([...keys.map((key, index) => key.as(keyName(index))), sql`count(*)`.as(reachingFacts)])
    .where(reaches(ranked, bound))
    .groupBy([...keys]);
  return compileStatement(facts, duckdbViewDialect);
}

/**
 * Compiles the statement that returns those rows of the table of reaching groups that can be in the report by their
 * facts of a range, with the number of these.
 */
export function compileTopGroups(ranked: RankedRows, reachingGroups: string, range: TimeRange): SqlStatement {
  const { boundPlan } = ranked;
  const keys = rowKeysOf(ranked);
  const inRange = { ...boundPlan, plan: { ...boundPlan.plan, range } };
  const counted = factsOfGroups(inRange, keys, reachingGroups)
    .select([
      ...keys.map((key, index) => key.as(keyName(index))),
      sql`count(*)`.as(countedFacts),
      sql`count(${sql.ref(ranked.column)})`.as(countedValues),
    ])
    .groupBy([...keys]);
  const names = keys.map((_, index) => keyName(index));
  const isSame = names.map(
    (name) => sql`reaching.${sql.ref(name)} is not distinct from counted.${sql.ref(name)}`,
  );
  const top = sql`
    select ${sql.join(names.map((name) => sql`reaching.${sql.ref(name)} as ${sql.ref(name)}`))},
           coalesce(counted.${sql.ref(countedFacts)}, 0) as ${sql.ref(countedFacts)}
      from ${sql.table(reachingGroups)} as reaching left join (${counted}) as counted on ${sql.join(isSame, sql` and `)}
     where ${canReach(ranked)}`;
  return compileStatement(selectAllOf(top), duckdbViewDialect);
}

/** Compiles the statement that counts the facts of top groups, `c0`, DOUBLE. */
export function compileCountedFacts(topGroups: string): SqlStatement {
  const counted = sql`cast(coalesce(sum(${sql.ref(countedFacts)}), 0) as double)`;
  return compileStatement(
    createSqlBuilder().selectFrom(topGroups).select(counted.as('c0')),
    duckdbViewDialect,
  );
}

/** Compiles the statement that selects the facts of the groups in a table of `compileTopGroups`. */
export function compileTopFacts(ranked: RankedRows, topGroups: string): SqlStatement {
  const facts = factsOfGroups(ranked.boundPlan, rowKeysOf(ranked), topGroups);
  return compileStatement(selectValues(facts, ranked.boundPlan), duckdbViewDialect);
}

/** Selects the values of facts, of which a view computes its own columns. */
function selectValues(facts: FactsQuery, boundPlan: BoundPlan): FactsQuery {
  return facts.select(hotFactsColumns(boundPlan).map(({ name }) => sql.ref(`facts.${name}`).as(name)));
}

function factsOfGroups(
  boundPlan: BoundPlan,
  keys: readonly RawBuilder<unknown>[],
  groups: string,
): FactsQuery {
  const isSame = keys.map(
    (key, index) => sql`${key} is not distinct from ${sql.ref(`chosen.${keyName(index)}`)}`,
  );
  return reportedFacts(boundPlan).innerJoin(sql<FactsRelation>`${sql.table(groups)}`.as('chosen'), (join) =>
    join.on(sql<SqlBool>`${sql.join(isSame, sql` and `)}`),
  );
}

function reaches({ column, descending }: RankedRows, bound: number): RawBuilder<SqlBool> {
  const margin = Math.abs(bound) * roundingShare;
  const value = duckdbViewDialect.toDouble(sql.ref(column), 'decimal');
  return descending
    ? sql<SqlBool>`${value} >= cast(${bound - margin} as double)`
    : sql<SqlBool>`${value} <= cast(${bound + margin} as double)`;
}

/**
 * Whether enough values of a group may reach the bound. At least the values from the percentile's rank on do, of n
 * values (n - 1)(1 - p), and of some of its values no more than of all. One more is allowed for rounding.
 */
function canReach({ percentile, descending }: RankedRows): RawBuilder<SqlBool> {
  if (percentile === null) return sql<SqlBool>`true`;
  const share = percentileShare(percentile);
  const needed = descending ? sql`(1 - ${share})` : share;
  return sql<SqlBool>`
    (coalesce(counted.${sql.ref(countedValues)}, 0) - 1) * ${needed} <= reaching.${sql.ref(reachingFacts)} + 1`;
}

/** The keys of the rows that are ranked. */
function rowKeysOf({ boundPlan }: RankedRows): readonly RawBuilder<unknown>[] {
  const { groupKeys, timeKeys } = reportColumns(boundPlan);
  return [...groupKeys, ...timeKeys];
}

function keyName(index: number): string {
  return `key ${index}`;
}

function selectAllOf(rows: Rows) {
  return createSqlBuilder()
    .selectFrom(sql<FactsRelation>`(${rows})`.as('facts'))
    .selectAll();
}

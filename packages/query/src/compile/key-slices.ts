import { sql } from 'kysely';
import type { BoundPlan } from '../plan/bound-plan.ts';
import type { Dialect } from './dialect/dialect.ts';
import { duckdbDialect } from './dialect/duckdb.ts';
import { reportColumns } from './report-columns.ts';
import { reportedFacts } from './reported-facts.ts';
import { isStaged } from './row-order.ts';
import { compileStatement, createSqlBuilder, type FactsRelation } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';

/**
 * Whether the rows of a report are ordered by a text and each depends only on facts with its text. If so, the report can
 * be computed by ranges of that text: the rows of the ranges in order are the rows of the report.
 */
export function isOrderedByText(boundPlan: BoundPlan): boolean {
  const { plan } = boundPlan;
  if (plan.timeUnit !== null || plan.groups !== undefined || plan.perFact !== undefined) return false;
  return !isStaged(plan) && reportColumns(boundPlan).leadingText !== null;
}

/** Compiles the statement that counts the groups of a report, `c0`, and its facts, `c1`, both DOUBLE. */
export function compileGroupCount(boundPlan: BoundPlan, dialect: Dialect = duckdbDialect): SqlStatement {
  const { groupKeys } = reportColumns(boundPlan);
  const groups = reportedFacts(boundPlan)
    .select(sql`count(*)`.as('facts'))
    .groupBy([...groupKeys]);
  return compileStatement(
    createSqlBuilder()
      .selectFrom(sql<FactsRelation>`(${groups})`.as('facts'))
      .select([
        sql`cast(count(*) as double)`.as('c0'),
        sql`cast(coalesce(sum(facts), 0) as double)`.as('c1'),
      ]),
    dialect,
  );
}

/** Which groups of a report are read to divide it. */
export interface GroupSample {
  /** One of this number of groups is in the sample. */
  readonly oneIn: number;
  /** Groups of the sample between two boundaries. */
  readonly groupsPerSlice: number;
}

/**
 * Compiles the statement that returns texts of the report's first key, `c0`, in binary order: about as many groups
 * are between two of them. A text with many groups can occur several times. It reads the keys of all facts of the report.
 */
export function compileKeyBoundaries(
  boundPlan: BoundPlan,
  { oneIn, groupsPerSlice }: GroupSample,
  dialect: Dialect = duckdbDialect,
): SqlStatement {
  const { groupKeys, leadingText } = reportColumns(boundPlan);
  if (leadingText === null) throw new Error('the first key of the report is not a text');
  const sample = reportedFacts(boundPlan)
    .select(leadingText.as('c0'))
    .where(sql<boolean>`hash(${sql.join([...groupKeys])}) % cast(${oneIn} as ubigint) = 0`)
    .groupBy([...groupKeys]);
  const place = sql`row_number() over (order by c0)`;
  const placed = createSqlBuilder()
    .selectFrom(sql<FactsRelation>`(${sample})`.as('facts'))
    .select([sql.ref('c0').as('c0'), place.as('place')]);
  return compileStatement(
    createSqlBuilder()
      .selectFrom(sql<FactsRelation>`(${placed})`.as('facts'))
      .select(sql.ref('c0').as('c0'))
      .where(sql<boolean>`place % cast(${groupsPerSlice} as bigint) = 0`)
      .orderBy(sql`place`),
    dialect,
  );
}

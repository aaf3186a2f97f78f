import { type RawBuilder, type SelectQueryBuilder, sql, type SqlBool } from 'kysely';
import { environmentColumn } from '../catalogue/fact-row.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { compileFilter } from './compile-filter.ts';
import { exchangeRate, isAmount, isInTargetCurrency, rateKey } from './converted-amount.ts';
import { type Dialect, inDialect } from './dialect/dialect.ts';
import { duckdbDialect } from './dialect/duckdb.ts';
import { hotFactsColumns } from './compile-hot-facts.ts';
import { isInKeyRange } from './key-range.ts';
import { reportColumns } from './report-columns.ts';
import { createSqlBuilder, type FactsRelation, type Relations, compileStatement } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';

/** A query over facts with any selection. */
export type FactsQuery = SelectQueryBuilder<Relations, 'facts', object>;

/**
 * Builds a query over the facts of the plan's environment, range, filter and wanted rows. It selects nothing yet.
 * Amounts are as they are stored: `metricValue` converts them.
 */
export function reportedFacts(boundPlan: BoundPlan): FactsQuery {
  const { plan, dataset, keyRange } = boundPlan;
  const { tenant, range, filter, targetCurrency } = plan;
  const relation = inDialect<FactsRelation>((dialect) =>
    targetCurrency === undefined ? dialect.facts : dialect.factsWithRates(rateKey(dataset, dialect)),
  );
  const facts = createSqlBuilder()
    .selectFrom(relation.as('facts'))
    .where(belongsToEnvironment(tenant.environmentId))
    .where(inDialect<SqlBool>((dialect) => dialect.isInRange(range)));
  const selected = filter === null ? facts : facts.where(compileFilter(filter, dataset, plan));
  if (keyRange === undefined) return selected;
  return selected.where(isInKeyRange(reportColumns(boundPlan).leadingText, keyRange));
}

/**
 * Compiles the statement that finds the first fact of the report with an amount that has no rate:
 * `c0` is its UTC day as `YYYY-MM-DD`, `c1` its currency or null. The statement of `compileReport`
 * is correct only if this one returns no row. Returns null if the plan converts no amounts.
 */
export function compileMissingRate(
  boundPlan: BoundPlan,
  dialect: Dialect = duckdbDialect,
): SqlStatement | null {
  const { plan, dataset } = boundPlan;
  if (plan.targetCurrency === undefined) return null;
  const amounts = hotFactsColumns(boundPlan).filter(({ name }) => isAmount(dataset, name));
  if (amounts.length === 0) return null;
  const hasAmount = amounts.map(({ name }) => sql`${sql.ref(`facts.${name}`)} is not null`);
  const day = inDialect((dialect) => dialect.formatTime(sql.ref('facts.timestamp'), '%Y-%m-%d'));
  const currency = inDialect((dialect) => rateKey(dataset, dialect).currency);
  return compileStatement(
    reportedFacts(boundPlan)
      .select([day.as('c0'), currency.as('c1')])
      .where(sql<SqlBool>`${exchangeRate(dataset)} is null`)
      .where(sql<SqlBool>`(${sql.join(hasAmount, sql.raw(' or '))})`)
      .where(sql<SqlBool>`not ${isInTargetCurrency(plan.targetCurrency, dataset)}`)
      .orderBy(day)
      .orderBy(currency, (order) => order.asc().nullsLast())
      .limit(sql<number>`1`),
    dialect,
  );
}

/** Returns the condition on facts that every statement has. */
export function belongsToEnvironment(environmentId: number): RawBuilder<SqlBool> {
  const belongs = sql`${sql.ref(environmentColumn.name)} = cast(${environmentId} as integer)`;
  return inDialect(({ isVisible }) => (isVisible === null ? belongs : sql`${belongs} and ${isVisible}`));
}

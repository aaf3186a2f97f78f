import { type RawBuilder, type SelectQueryBuilder, sql, type SqlBool } from 'kysely';
import type { Dataset } from '../catalogue/dataset.ts';
import { environmentColumn, timestampColumn } from '../catalogue/fact-row.ts';
import { findMetric } from '../catalogue/look-up.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { compileFilter } from './compile-filter.ts';
import { type Dialect, inDialect } from './dialect/dialect.ts';
import { duckdbDialect } from './dialect/duckdb.ts';
import { hotFactsColumns } from './compile-hot-facts.ts';
import { createSqlBuilder, type FactsRelation, type Relations, compileStatement } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';
import { timestampValue } from './time-bucket.ts';

/**
 * A day without a rate uses the newest earlier rate up to this age, because banks publish none on
 * holidays.
 */
export const maxRateAgeDays = 7;

/** A query over facts with any selection. */
export type FactsQuery = SelectQueryBuilder<Relations, 'facts', object>;

/** Builds a query over the facts of the report, with converted amounts. It selects nothing yet. */
export function reportedFacts(boundPlan: BoundPlan): FactsQuery {
  const { plan, dataset } = boundPlan;
  if (plan.targetCurrency === undefined) return matchingFacts(boundPlan);
  const amounts = new Set(amountColumns(boundPlan));
  const isTarget = isInTargetCurrency(plan.targetCurrency, dataset);
  const columns = hotFactsColumns(boundPlan).map(({ name }) => {
    const column = sql.ref(`facts.${name}`);
    return (amounts.has(name) ? convertedAmount(column, isTarget) : column).as(name);
  });
  const converted = factsWithRates(boundPlan).select(columns);
  return createSqlBuilder().selectFrom(sql<FactsRelation>`(${converted})`.as('facts'));
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
  const amounts = amountColumns(boundPlan).map((name) => sql`${sql.ref(`facts.${name}`)} is not null`);
  if (amounts.length === 0) return null;
  const timestamp = sql.ref('facts.timestamp');
  const day = inDialect((dialect) => dialect.formatTime(timestamp, '%Y-%m-%d'));
  const currency = factCurrency(dataset);
  return compileStatement(
    factsWithRates(boundPlan)
      .select([day.as('c0'), currency.as('c1')])
      .where(sql<SqlBool>`exchange_rates.rate is null`)
      .where(sql<SqlBool>`(${sql.join(amounts, sql.raw(' or '))})`)
      .where(sql<SqlBool>`not ${isInTargetCurrency(plan.targetCurrency, dataset)}`)
      .orderBy(day)
      .orderBy(currency, (order) => order.asc().nullsLast())
      .limit(sql<number>`1`),
    dialect,
  );
}

/**
 * Selects the facts of the plan's environment, range and filter. The filter reads amounts before
 * their conversion.
 */
function matchingFacts({ plan, dataset }: BoundPlan): FactsQuery {
  const { tenant, range, filter } = plan;
  const facts = createSqlBuilder()
    .selectFrom(inDialect<FactsRelation>(({ facts: relation }) => relation).as('facts'))
    .where(belongsToEnvironment(tenant.environmentId))
    .where(timestampColumn.name, '>=', timestampValue(range.startMs))
    .where(timestampColumn.name, '<', timestampValue(range.endExclusiveMs));
  return filter === null ? facts : facts.where(compileFilter(filter, dataset, plan));
}

function belongsToEnvironment(environmentId: number): RawBuilder<SqlBool> {
  const belongs = sql`${sql.ref(environmentColumn.name)} = cast(${environmentId} as integer)`;
  return inDialect(({ isVisible }) => (isVisible === null ? belongs : sql`${belongs} and ${isVisible}`));
}

/** Joins each fact with the rate of its currency on its UTC day; null without a rate. */
function factsWithRates(boundPlan: BoundPlan) {
  const columns = hotFactsColumns(boundPlan).map(({ name }) => sql.ref(name).as(name));
  const facts = matchingFacts(boundPlan).select(columns);
  return createSqlBuilder()
    .selectFrom(facts.as('facts'))
    .leftJoin('exchange_rates', (join) =>
      join.on(
        sql<SqlBool>`exchange_rates.currency = ${factCurrency(boundPlan.dataset)}
          and exchange_rates.day = ${inDialect((dialect) => dialect.date(sql.ref('facts.timestamp')))}`,
      ),
    );
}

/**
 * Rounds to millionths, halves away from zero. The product of a rate, DECIMAL(14,10), and a
 * DECIMAL(24,6) has at most 38 digits, DuckDB's maximum, so nothing is lost before the rounding and
 * nothing overflows.
 */
function convertedAmount(amount: RawBuilder<unknown>, isTarget: RawBuilder<SqlBool>): RawBuilder<unknown> {
  const product = inDialect((dialect) => dialect.toMillionths(sql`${amount} * exchange_rates.rate`));
  return sql`case when ${isTarget} then ${amount} else ${product} end`;
}

/** Is false, not null, for a fact without a currency. */
function isInTargetCurrency(target: string, dataset: Dataset): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${factCurrency(dataset)} is not distinct from cast(${target} as varchar))`;
}

/** In upper case, like the currencies of rates. */
function factCurrency({ name, currencyDimension }: Dataset): RawBuilder<unknown> {
  if (currencyDimension === undefined)
    throw new Error(`the dataset "${name}" has no currency dimension, which a conversion needs`);
  const currency = sql.ref(`facts.${currencyDimension}`);
  return inDialect((dialect) => dialect.upperCase(currency));
}

/** Returns the stored columns of the plan that contain money. */
function amountColumns(boundPlan: BoundPlan): readonly string[] {
  return hotFactsColumns(boundPlan)
    .map(({ name }) => name)
    .filter((name) => {
      const source = findMetric(boundPlan.dataset, name)?.source;
      return source?.kind === 'column' && source.money === true;
    });
}

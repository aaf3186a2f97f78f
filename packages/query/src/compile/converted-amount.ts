import { type RawBuilder, sql, type SqlBool } from 'kysely';
import type { Dataset } from '../catalogue/dataset.ts';
import { timestampColumn } from '../catalogue/fact-row.ts';
import { findMetric } from '../catalogue/look-up.ts';
import type { Plan } from '../plan/plan.ts';
import { type Dialect, inDialect, type RateKey } from './dialect/dialect.ts';

/**
 * A day without a rate uses the newest earlier rate up to this age, because banks publish none on
 * holidays.
 */
export const maxRateAgeDays = 7;

interface ReportContext {
  readonly plan: Pick<Plan, 'targetCurrency'>;
  readonly dataset: Dataset;
}

/** The value of a stored column in the facts of `reportedFacts`: an amount in the target currency, if there is one. */
export function metricValue(column: string, { plan, dataset }: ReportContext): RawBuilder<unknown> {
  const value = sql.ref(column);
  const { targetCurrency } = plan;
  return targetCurrency !== undefined && isAmount(dataset, column)
    ? convertedAmount(value, targetCurrency, dataset)
    : value;
}

/**
 * Rounds to millionths, halves away from zero. The product of a rate, DECIMAL(14,10), and a
 * DECIMAL(24,6) has at most 38 digits, DuckDB's maximum, so nothing is lost before the rounding and
 * nothing overflows.
 */
function convertedAmount(
  amount: RawBuilder<unknown>,
  targetCurrency: string,
  dataset: Dataset,
): RawBuilder<unknown> {
  const product = inDialect((dialect) => dialect.toMillionths(sql`${amount} * ${exchangeRate(dataset)}`));
  return sql`case when ${isInTargetCurrency(targetCurrency, dataset)} then ${amount} else ${product} end`;
}

/** Null for a fact without a rate. */
export function exchangeRate(dataset: Dataset): RawBuilder<unknown> {
  return inDialect((dialect) => dialect.exchangeRate(rateKey(dataset, dialect)));
}

/** Is false, not null, for a fact without a currency. */
export function isInTargetCurrency(target: string, dataset: Dataset): RawBuilder<SqlBool> {
  const currency = inDialect((dialect) => rateKey(dataset, dialect).currency);
  return sql<SqlBool>`coalesce(${currency} = cast(${target} as varchar), false)`;
}

/** The currency is in upper case, like those of rates. */
export function rateKey({ name, currencyDimension }: Dataset, dialect: Dialect): RateKey {
  if (currencyDimension === undefined)
    throw new Error(`the dataset "${name}" has no currency dimension, which a conversion needs`);
  return {
    currency: dialect.upperCase(sql.ref(`facts.${currencyDimension}`)),
    day: dialect.date(sql.ref(`facts.${timestampColumn.name}`)),
  };
}

/** Whether a stored column contains money. */
export function isAmount(dataset: Dataset, column: string): boolean {
  const source = findMetric(dataset, column)?.source;
  return source?.kind === 'column' && source.money === true;
}

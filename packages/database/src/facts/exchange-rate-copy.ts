import { maxRateAgeDays, type Plan } from '@hourglass/query';

const dayMs = 86_400_000;

/** COPY accepts no parameters, so `settings` must be set in the transaction that runs `sql`. */
export interface ExchangeRateCopy {
  readonly sql: string;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Makes the statement that copies a plan's exchange rates in the format of `FactFiles`: for each
 * UTC day of the range and each currency, the newest rate of that day or at most `maxRateAgeDays`
 * before. Null when the plan converts nothing.
 */
export function exchangeRateCopy({ tenant, range, targetCurrency }: Plan): ExchangeRateCopy | null {
  if (targetCurrency === undefined) return null;
  return {
    sql: copySql,
    settings: {
      'hourglass.rates_environment_id': String(tenant.environmentId),
      'hourglass.rates_target_currency': targetCurrency,
      'hourglass.rates_first_day': utcDay(range.startMs),
      'hourglass.rates_last_day': utcDay(range.endExclusiveMs - 1),
      'hourglass.rates_max_age_days': String(maxRateAgeDays),
    },
  };
}

function utcDay(ms: number): string {
  return new Date(Math.floor(ms / dayMs) * dayMs).toISOString().slice(0, 10);
}

const copySql = `
  copy (
    with requested as (
      select organization_id,
             current_setting('hourglass.rates_target_currency') as target_currency,
             current_setting('hourglass.rates_first_day')::date as first_day,
             current_setting('hourglass.rates_last_day')::date as last_day,
             current_setting('hourglass.rates_max_age_days')::integer as max_age_days
        from environments
       where id = current_setting('hourglass.rates_environment_id')::integer
    )
    select to_char(first_day + n, 'YYYY-MM-DD') as day, newest.currency, newest.rate
      from requested
     cross join generate_series(0, last_day - first_day) as n
     cross join lateral (
       select distinct on (currency) currency, rate
         from exchange_rates
        where exchange_rates.organization_id = requested.organization_id
          and exchange_rates.target_currency = requested.target_currency
          and exchange_rates.day between first_day + n - max_age_days and first_day + n
        order by currency, day desc
     ) as newest
  ) to stdout (format csv, header)`;

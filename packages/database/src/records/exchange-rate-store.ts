import type { AuditEvent, ExchangeRate, ExchangeRateStore, RateCriteria } from '@hourglass/reports';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { insertedEvent } from '../audit/insert-audit-event.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { joinSql, sql, type Sql } from '../connection/sql.ts';

export function createExchangeRateStore(pool: ScopedPool): ExchangeRateStore {
  return {
    put: (organization, rates, audit) =>
      servedByDatabase(() => upsert(pool.within({ organization }), organization, rates, audit)),
    list: (organization, criteria, limit) =>
      servedByDatabase(() => list(pool.within({ organization }), organization, criteria, limit)),
  };
}

/**
 * Upserts in key order, so that two concurrent lists wait for each other instead of deadlocking.
 */
async function upsert(
  pool: Queryable,
  organization: string,
  rates: readonly ExchangeRate[],
  audit: AuditEvent,
): Promise<void> {
  await pool.query(sql`
    with stored as (
    insert into exchange_rates (organization_id, target_currency, day, currency, rate)
    select organizations.id, provided.target_currency, provided.day, provided.currency, provided.rate
      from organizations,
           unnest(${rates.map(({ targetCurrency }) => targetCurrency)}::text[],
                  ${rates.map(({ day }) => day)}::text[]::date[],
                  ${rates.map(({ currency }) => currency)}::text[],
                  ${rates.map(({ rate }) => rate)}::text[]::numeric[])
             as provided (target_currency, day, currency, rate)
     where organizations.name = ${organization} and organizations.deleted_at is null
     order by provided.target_currency, provided.day, provided.currency
        on conflict (organization_id, target_currency, day, currency) do update set rate = excluded.rate
    )
    select ${insertedEvent(audit)} from organizations where name = ${organization} and deleted_at is null`);
}

async function list(
  pool: Queryable,
  organization: string,
  criteria: RateCriteria,
  limit: number,
): Promise<readonly ExchangeRate[]> {
  const conditions = [sql`o.name = ${organization} and o.deleted_at is null`, ...conditionsOf(criteria)];
  const { rows } = await pool.query<ExchangeRate>(sql`
    select to_char(r.day, 'YYYY-MM-DD') as day, r.currency, r.target_currency as "targetCurrency",
           trim_scale(r.rate)::text as rate
      from exchange_rates r
      join organizations o on o.id = r.organization_id
     where ${joinSql(conditions, ' and ')}
     order by r.day desc, r.currency, r.target_currency
     limit ${limit}::bigint`);
  return rows;
}

function conditionsOf({ day, currency, targetCurrency }: RateCriteria): Sql[] {
  const conditions: Sql[] = [];
  if (day !== undefined) conditions.push(sql`r.day = ${day}::date`);
  if (currency !== undefined) conditions.push(sql`r.currency = ${currency}`);
  if (targetCurrency !== undefined) conditions.push(sql`r.target_currency = ${targetCurrency}`);
  return conditions;
}

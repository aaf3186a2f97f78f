import type { ExchangeRate, ExchangeRateStore, RateCriteria } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { PrismaClient } from '../generated/client.ts';

export function createExchangeRateStore(prisma: PrismaClient): ExchangeRateStore {
  return {
    put: (organization, rates) => servedByDatabase(() => put(prisma, organization, rates)),
    list: (organization, criteria, limit) =>
      servedByDatabase(() => list(prisma, organization, criteria, limit)),
  };
}

/** In one order, so that two lists that arrive at once wait for each other and do not lock each other out. */
async function put(
  prisma: PrismaClient,
  organization: string,
  rates: readonly ExchangeRate[],
): Promise<void> {
  await prisma.$executeRaw`
    insert into exchange_rates (organization_id, target_currency, day, currency, rate)
    select organizations.id, given.target_currency, given.day, given.currency, given.rate
      from organizations,
           unnest(${rates.map(({ targetCurrency }) => targetCurrency)}::text[],
                  ${rates.map(({ day }) => day)}::text[]::date[],
                  ${rates.map(({ currency }) => currency)}::text[],
                  ${rates.map(({ rate }) => rate)}::text[]::numeric[])
             as given (target_currency, day, currency, rate)
     where organizations.name = ${organization}
     order by given.target_currency, given.day, given.currency
        on conflict (organization_id, target_currency, day, currency) do update set rate = excluded.rate`;
}

async function list(
  prisma: PrismaClient,
  organization: string,
  { day, currency, targetCurrency }: RateCriteria,
  limit: number,
): Promise<readonly ExchangeRate[]> {
  const rows = await prisma.exchangeRate.findMany({
    where: {
      organization: { name: organization },
      ...(day === undefined ? {} : { day: new Date(`${day}T00:00:00Z`) }),
      ...(currency === undefined ? {} : { currency }),
      ...(targetCurrency === undefined ? {} : { targetCurrency }),
    },
    orderBy: [{ day: 'desc' }, { currency: 'asc' }, { targetCurrency: 'asc' }],
    take: limit,
  });
  return rows.map((row) => ({
    day: row.day.toISOString().slice(0, 10),
    currency: row.currency,
    targetCurrency: row.targetCurrency,
    rate: row.rate.toFixed(),
  }));
}

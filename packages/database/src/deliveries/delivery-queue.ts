import type { ClaimedDelivery, DeliveryOverview, DeliveryQueue } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';
import { inTransaction } from '../connection/transaction.ts';
import { claimDeliveries } from './claim-deliveries.ts';
import { endAttempt } from './end-attempt.ts';
import { fanOut } from './fan-out.ts';

/** Every write compares and sets in SQL, by the database's clock. */
export function createDeliveryQueue(pool: ScopedPool): DeliveryQueue {
  const all = pool.within(everyTenant);
  return {
    fanOut: (terms) => servedByDatabase(() => inTransaction(all, (client) => fanOut(client, terms))),
    claim: (terms, limit) => servedByDatabase(() => claimDeliveries(all, terms, limit)),
    end: (attempt, terms) => servedByDatabase(() => endAttempt(all, attempt, terms)),
    release: (delivery) => servedByDatabase(() => release(all, delivery)),
    deleteExpired: (terms) => servedByDatabase(() => deleteExpired(all, terms)),
  };
}

async function release(
  pool: Queryable,
  { id, attempt }: Pick<ClaimedDelivery, 'id' | 'attempt'>,
): Promise<void> {
  await pool.query(sql`
    update deliveries set state = 'pending', due_at = now(), attempts = attempts - (-1)
     where id = ${id}::uuid and attempt = ${attempt}::integer and state = 'sending'`);
}

async function deleteExpired(
  pool: Queryable,
  { days, limit }: { readonly days: number; readonly limit: number },
): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from deliveries
     where id in (select id from deliveries
                   where ended_at < now() - ${days}::float8 * interval '1 day'
                   order by ended_at limit ${limit}::integer)`);
  return rowCount ?? 0;
}

export function createDeliveryOverview(pool: ScopedPool): DeliveryOverview {
  return {
    count: () =>
      servedByDatabase(async () => {
        const { rows } = await pool.within(everyTenant).query<{
          pending: number;
          disabledEndpoints: number;
        }>(sql`
            select (select count(*) from deliveries where state in ('pending', 'sending'))::float8 as pending,
                   (select count(*) from webhook_endpoints where disabled_reason is not null)::float8
                     as "disabledEndpoints"`);
        return rows[0] ?? { pending: 0, disabledEndpoints: 0 };
      }),
  };
}

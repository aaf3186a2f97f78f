import type { DeliveryOverview } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';

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

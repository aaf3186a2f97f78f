import type { EventCounts } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';

export function createEventCounts(pool: ScopedPool): EventCounts {
  return {
    add: (event) =>
      servedByDatabase(async () => {
        await pool.within(everyTenant).query(sql`
          insert into event_counts (event, total) values (${event}, 1)
          on conflict (event) do update set total = event_counts.total + 1`);
      }),
    read: (event) =>
      servedByDatabase(async () => {
        const { rows } = await pool
          .within(everyTenant)
          .query<{ total: number }>(
            sql`select total::float8 as total from event_counts where event = ${event}`,
          );
        return rows[0]?.total ?? 0;
      }),
  };
}

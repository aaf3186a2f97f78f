import type { LastUses } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';

/** `skip locked` in order of ids: never waits for an administrative change, never deadlocks. */
export function createLastUses(pool: ScopedPool): LastUses {
  const all = pool.within(everyTenant);
  return {
    record: ({ organizations, tokenIds }) =>
      servedByDatabase(async () => {
        await all.query(sql`
          with used as (
            select id from organizations where name = any(${[...organizations]}::text[])
             order by id for no key update skip locked
          )
          update organizations o set last_used_at = now() from used where o.id = used.id`);
        await all.query(sql`
          with used as (
            select id from tokens where id = any(${[...tokenIds]}::uuid[])
             order by id for no key update skip locked
          )
          update tokens t set last_used_at = now() from used where t.id = used.id`);
      }),
  };
}

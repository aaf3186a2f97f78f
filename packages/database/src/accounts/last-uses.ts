import type { LastUses } from '@hourglass/reports';
import type { Pool } from 'pg';
import { servedByDatabase } from '../connection/database-errors.ts';
import { sql } from '../connection/sql.ts';

/** `skip locked` in order of ids: never waits for an administrative change, never deadlocks. */
export function createLastUses(pool: Pool): LastUses {
  return {
    record: ({ organizations, tokenIds }) =>
      servedByDatabase(async () => {
        await pool.query(sql`
          with used as (
            select id from organizations where name = any(${[...organizations]}::text[])
             order by id for no key update skip locked
          )
          update organizations o set last_used_at = now() from used where o.id = used.id`);
        await pool.query(sql`
          with used as (
            select id from tokens where id = any(${[...tokenIds]}::uuid[])
             order by id for no key update skip locked
          )
          update tokens t set last_used_at = now() from used where t.id = used.id`);
      }),
  };
}

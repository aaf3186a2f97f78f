import type { PeriodicJobs } from '@hourglass/reports';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { sql } from '../connection/sql.ts';

export function createPeriodicJobs(pool: ScopedPool): PeriodicJobs {
  return {
    tryBegin: (name, minIntervalMs) =>
      servedByDatabase(() => tryBegin(pool.within(everyTenant), name, minIntervalMs)),
  };
}

async function tryBegin(pool: Queryable, name: string, minIntervalMs: number): Promise<boolean> {
  const { rowCount } = await pool.query(sql`
    insert into periodic_jobs (name, begun_at) values (${name}, now())
    on conflict (name) do update set begun_at = now()
      where periodic_jobs.begun_at <= now() - ${minIntervalMs}::float8 * interval '1 millisecond'`);
  return rowCount === 1;
}

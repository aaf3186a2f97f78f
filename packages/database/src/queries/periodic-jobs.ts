import type { PeriodicJobs } from '@hourglass/reports';
import type { Pool } from 'pg';
import { servedByDatabase } from '../connection/database-errors.ts';
import { sql } from '../connection/sql.ts';

export function createPeriodicJobs(pool: Pool): PeriodicJobs {
  return {
    tryBegin: (name, minIntervalMs) => servedByDatabase(() => tryBegin(pool, name, minIntervalMs)),
  };
}

async function tryBegin(pool: Pool, name: string, minIntervalMs: number): Promise<boolean> {
  const { rowCount } = await pool.query(sql`
    insert into periodic_jobs (name, begun_at) values (${name}, now())
    on conflict (name) do update set begun_at = now()
      where periodic_jobs.begun_at <= now() - ${minIntervalMs}::float8 * interval '1 millisecond'`);
  return rowCount === 1;
}

import type { PeriodicJobs } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { PrismaClient } from '../generated/client.ts';

export function createPeriodicJobs(prisma: PrismaClient): PeriodicJobs {
  return {
    tryBegin: (name, minIntervalMs) => servedByDatabase(() => tryBegin(prisma, name, minIntervalMs)),
  };
}

async function tryBegin(prisma: PrismaClient, name: string, minIntervalMs: number): Promise<boolean> {
  const changed = await prisma.$executeRaw`
    insert into periodic_jobs (name, begun_at) values (${name}, now())
    on conflict (name) do update set begun_at = now()
      where periodic_jobs.begun_at <= now() - ${minIntervalMs}::float8 * interval '1 millisecond'`;
  return changed === 1;
}

import type { PrismaClient } from '../generated/client.ts';
import { cancelChannel } from './cancel-signals.ts';

/** One statement, so that the notification goes out with the commit of the update or not at all. */
export async function cancelQuery(prisma: PrismaClient, id: string): Promise<boolean> {
  const cancelled = await prisma.$queryRaw<unknown[]>`
    with cancelled as (
      update queries
         set state = 'cancelled', lease_expires_at = null, updated_at = now()
       where id = ${id}::uuid and state in ('enqueued', 'running')
      returning id
    )
    select pg_notify(${cancelChannel}, id::text)::text from cancelled`;
  return cancelled.length === 1;
}

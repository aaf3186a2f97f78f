import type { AuditOf } from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import { cancelChannel } from '../queries/cancel-signals.ts';
import { accountChannel } from './account-changes.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { withOrganizationLock } from './with-organization-lock.ts';

/**
 * Requeues the running queries: their workers are notified, and no worker claims a query of a
 * suspended organization. The attempts do not count, and the deadline begins again with the next.
 */
export function suspend(prisma: ScopedPrisma, organization: string, audit: AuditOf<void>): Promise<void> {
  return withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
    await transaction.$executeRaw`
      update organizations set suspended_at = coalesce(suspended_at, now()) where id = ${organizationId}::integer`;
    await transaction.$queryRaw`
      with waiting as (
        select q.id, q.state = 'running' as was_running
          from queries q
          join environments e on e.id = q.environment_id
         where e.organization_id = ${organizationId}::integer and q.state in ('enqueued', 'running')
           for update of q
      ), requeued as (
        update queries q
           set state = 'enqueued', lease_expires_at = null, first_started_at = null, updated_at = now(),
               excused_attempts = q.excused_attempts + waiting.was_running::integer
          from waiting
         where q.id = waiting.id
        returning q.id, waiting.was_running
      )
      select pg_notify(${cancelChannel}, id::text)::text from requeued where was_running`;
    await notifyUsers(transaction, organizationId);
    await insertAuditEvent(transaction, audit());
  });
}

export function resume(prisma: ScopedPrisma, organization: string, audit: AuditOf<void>): Promise<void> {
  return withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
    await transaction.$executeRaw`
      update organizations set suspended_at = null where id = ${organizationId}::integer`;
    await notifyUsers(transaction, organizationId);
    await insertAuditEvent(transaction, audit());
  });
}

/** Every API process reads the users again before their next request. */
async function notifyUsers(transaction: Connection, organizationId: number): Promise<void> {
  await transaction.$queryRaw`
    select pg_notify(${accountChannel}, email)::text from users where organization_id = ${organizationId}::integer`;
}

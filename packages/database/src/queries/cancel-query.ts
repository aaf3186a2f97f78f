import type { AuditEvent } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { insertedEvent } from '../audit/insert-audit-event.ts';
import { sql } from '../connection/sql.ts';
import { cancelChannel } from './cancel-signals.ts';

/**
 * Updates and notifies in one statement, so that the notification is sent exactly when the update
 * commits.
 */
export async function cancelQuery(pool: Queryable, id: string, audit: AuditEvent): Promise<boolean> {
  const { rowCount } = await pool.query(sql`
    with cancelled as (
      update queries
         set state = 'cancelled', lease_expires_at = null, updated_at = now()
       where id = ${id}::uuid and state in ('enqueued', 'running')
      returning id
    )
    select pg_notify(${cancelChannel}, id::text), ${insertedEvent(audit)} from cancelled`);
  return rowCount === 1;
}

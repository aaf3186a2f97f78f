import {
  ServiceUnavailable,
  type AuditEvent,
  type AuditLog,
  type AuditRetention,
  type RefusedCredentials,
} from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { Queryable, Scoped, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';
import { inTransaction } from '../connection/transaction.ts';
import { auditJson, insertedEvent } from './insert-audit-event.ts';
import { listAuditEvents } from './list-audit-events.ts';
import { systemEvent } from './system-event.ts';

export function createAuditLog(pool: ScopedPool): AuditLog {
  const all = pool.within(everyTenant);
  return {
    record: (event) => record(all, event),
    recordRefusals: (refusals) =>
      servedByDatabase(async () => {
        const events = `[${refusals.map(refusalJson).join(',')}]`;
        await all.query(sql`select insert_refusals(${events}::jsonb)`);
      }),
    list: (criteria, page) =>
      servedByDatabase(() => {
        const { organization } = criteria;
        const scoped = organization === null ? all : pool.within({ organization });
        return listAuditEvents(scoped, criteria, page);
      }),
    deleteExpired: (retention) => servedByDatabase(() => deleteExpired(all, retention)),
  };
}

/** Whatever the reason is, what the event describes is not available without it. */
async function record(pool: Queryable, event: AuditEvent): Promise<void> {
  try {
    await pool.query(sql`select ${insertedEvent(event)}`);
  } catch (error) {
    throw new ServiceUnavailable('database', error);
  }
}

function refusalJson({ code, count, ...credentials }: RefusedCredentials): string {
  return auditJson({
    actor: { ...credentials, kind: credentials.tokenId === null ? 'stranger' : 'token', linkId: null },
    action: 'credentials.refused',
    organization: null,
    environment: null,
    object: null,
    refusal: code,
    details: { count },
  });
}

/** The setting lasts for the transaction: it admits the deletion to the trigger of the table. */
function deleteExpired(scoped: Scoped, { days, maxRefusals, limit }: AuditRetention): Promise<number> {
  return inTransaction(scoped, async (client) => {
    await client.query(`select set_config('hourglass.audit_retention', 'on', true)`);
    const { rowCount } = await client.query(sql`
      delete from audit_events
       where (at, id) in (
               (select at, id from audit_events
                 where at < now() - ${days}::integer * interval '1 day'
                 order by at, id limit ${limit}::integer)
               union
               (select at, id from audit_events
                 where action = 'credentials.refused'
                   and (at, id) <= (select at, id from audit_events where action = 'credentials.refused'
                                     order by at desc, id desc offset ${maxRefusals}::integer limit 1)
                 order by at, id limit ${limit}::integer))`);
    const deleted = rowCount ?? 0;
    if (deleted > 0)
      await client.query(sql`select ${insertedEvent(systemEvent('audit.purge', { events: deleted }))}`);
    return deleted;
  });
}

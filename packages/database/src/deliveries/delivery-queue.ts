import type { ClaimedDelivery, DeliveryQueue } from '@hourglass/reports';
import { auditJson } from '../audit/insert-audit-event.ts';
import { systemEvent } from '../audit/system-event.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';
import { inTransaction } from '../connection/transaction.ts';
import { claimDeliveries } from './claim-deliveries.ts';
import { endAttempt } from './end-attempt.ts';
import { fanOut } from './fan-out.ts';
import { startWaiting } from './start-waiting.ts';

/** Every write compares and sets in SQL, by the database's clock. */
export function createDeliveryQueue(pool: ScopedPool): DeliveryQueue {
  const all = pool.within(everyTenant);
  return {
    fanOut: (terms) => servedByDatabase(() => inTransaction(all, (client) => fanOut(client, terms))),
    claim: (terms, limit) => servedByDatabase(() => claimDeliveries(all, terms, limit)),
    startWaiting: (terms, limit) =>
      servedByDatabase(() => inTransaction(all, (client) => startWaiting(client, terms, limit))),
    linkTo: (deliveryId) => servedByDatabase(() => linkTo(all, deliveryId)),
    renew: (delivery, leaseMs) => servedByDatabase(() => renew(all, delivery, leaseMs)),
    end: (attempt, terms) => servedByDatabase(() => endAttempt(all, attempt, terms)),
    release: (delivery) => servedByDatabase(() => release(all, delivery)),
    deleteExpired: (terms) => servedByDatabase(() => deleteExpired(all, terms)),
  };
}

/** The id of the link is that of the delivery, so that attempts share one. */
async function linkTo(pool: Queryable, deliveryId: string): ReturnType<DeliveryQueue['linkTo']> {
  const event = auditJson(systemEvent('link.create'));
  const { rows } = await pool.query<{ id: string; expiresAt: Date }>(sql`
    with wanted as (
      select d.id, d.query_id, t.token_id, u.id as user_id, u.email, q.expires_at,
             o.name as organization, e.name as environment
        from deliveries d
        join delivery_targets t on t.id = d.target_id
        join users u on u.id = t.user_id
        join queries q on q.id = d.query_id and q.state = 'completed'
        join environments e on e.id = d.environment_id
        join organizations o on o.id = e.organization_id
       where d.id = ${deliveryId}::uuid
         and (t.token_id is null or exists (select from tokens where tokens.id = t.token_id))
    ), created as (
      insert into result_links (id, query_id, user_id, token_id, expires_at)
      select id, query_id, user_id, token_id, expires_at from wanted
          on conflict (id) do nothing
      returning id
    )
    select w.id, w.expires_at as "expiresAt",
           (select insert_audit_event(${event}::jsonb || jsonb_build_object(
              'organization', w.organization, 'environment', w.environment, 'object', c.id, 'email', w.email,
              'details', jsonb_build_object('query', w.query_id, 'delivery', w.id))) from created c) as "eventId"
      from wanted w`);
  const [row] = rows;
  return row === undefined ? null : { id: row.id, expiresAt: row.expiresAt };
}

async function renew(
  pool: Queryable,
  { id, attempt }: Pick<ClaimedDelivery, 'id' | 'attempt'>,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(sql`
    update deliveries set due_at = now() + ${leaseMs}::float8 * interval '1 millisecond'
     where id = ${id}::uuid and attempt = ${attempt}::integer and state = 'sending'`);
  return rowCount === 1;
}

async function release(
  pool: Queryable,
  { id, attempt }: Pick<ClaimedDelivery, 'id' | 'attempt'>,
): Promise<void> {
  await pool.query(sql`
    update deliveries set state = 'pending', due_at = now(), attempts = attempts - (-1)
     where id = ${id}::uuid and attempt = ${attempt}::integer and state = 'sending'`);
}

async function deleteExpired(
  pool: Queryable,
  { days, limit }: { readonly days: number; readonly limit: number },
): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from deliveries
     where id in (select id from deliveries
                   where ended_at < now() - ${days}::float8 * interval '1 day'
                   order by ended_at limit ${limit}::integer)`);
  await pool.query(sql`
    delete from delivery_targets t
     where t.created_at < now() - ${days}::float8 * interval '1 day' and t.schedule_id is null and ${isUnused}`);
  return rowCount ?? 0;
}

const isUnused = sql`not exists (select from deliveries d where d.target_id = t.id)`;

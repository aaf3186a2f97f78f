import type { AuditEvent, DisabledEndpoint, DisabledReason, EndedAttempt } from '@hourglass/reports';
import type { ClientBase } from 'pg';
import { auditJson } from '../audit/insert-audit-event.ts';
import type { Queryable, Scoped } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';
import { inTransaction } from '../connection/transaction.ts';

interface EndTerms {
  readonly failingMs: number;
  readonly audit: AuditEvent;
}

/** Locks the endpoint before its deliveries, as every other writer of both. */
export function endAttempt(
  pool: Scoped,
  ended: EndedAttempt,
  { failingMs, audit }: EndTerms,
): Promise<DisabledEndpoint | null> {
  const { outcome, delivery } = ended;
  const endpointId = delivery.endpoint?.id;
  return inTransaction(pool, async (client) => {
    if (endpointId === undefined) {
      await updateDelivery(client, ended);
      return null;
    }
    if (outcome.kind === 'delivered') {
      await client.query(sql`
        update webhook_endpoints set failing_since = null
         where id = ${endpointId}::uuid and failing_since is not null`);
      await updateDelivery(client, ended);
      return null;
    }
    const isFailing = await noteFailure(client, endpointId, failingMs);
    // A disabled endpoint gets no further attempt.
    await updateDelivery(client, isFailing === null ? { ...ended, retryInMs: null } : ended);
    const reason = outcome.isGone ? 'gone' : isFailing === true ? 'failing' : null;
    return reason === null ? null : disable(client, endpointId, { reason, audit });
  });
}

/** Returns whether the endpoint has failed for `failingMs`; null: it is disabled. */
async function noteFailure(
  client: ClientBase,
  endpointId: string,
  failingMs: number,
): Promise<boolean | null> {
  const { rows } = await client.query<{ isFailing: boolean }>(sql`
    update webhook_endpoints set failing_since = coalesce(failing_since, now())
     where id = ${endpointId}::uuid and enabled
    returning failing_since <= now() - ${failingMs}::float8 * interval '1 millisecond' as "isFailing"`);
  return rows[0]?.isFailing ?? null;
}

async function updateDelivery(
  client: Queryable,
  { delivery: { id, attempt }, outcome, durationMs, retryInMs }: EndedAttempt,
): Promise<void> {
  const isDelivered = outcome.kind === 'delivered';
  const error = isDelivered ? null : outcome.error;
  const state = isDelivered ? 'delivered' : retryInMs === null ? 'failed' : 'pending';
  const result = JSON.stringify({ durationMs, status: outcome.status, error });
  await client.query(sql`
    update deliveries
       set state = ${state}::delivery_state,
           failed_attempts = failed_attempts + ${isDelivered ? 0 : 1}::integer,
           attempts = jsonb_set(attempts, '{-1}', (attempts -> -1) || ${result}::jsonb),
           due_at = now() + ${retryInMs}::float8 * interval '1 millisecond',
           ended_at = case when ${state}::delivery_state <> 'pending' then now() end,
           failure = case when ${state}::delivery_state = 'failed' then ${error}::text end
     where id = ${id}::uuid and attempt = ${attempt}::integer and state = 'sending'`);
}

async function disable(
  client: ClientBase,
  endpointId: string,
  { reason, audit }: { readonly reason: DisabledReason; readonly audit: AuditEvent },
): Promise<DisabledEndpoint | null> {
  const { rows } = await client.query<DisabledEndpoint>(sql`
    with disabled as (
      update webhook_endpoints set enabled = false, disabled_reason = ${reason}, disabled_at = now()
       where id = ${endpointId}::uuid and enabled
      returning id, environment_id, url
    )
    select w.id, o.name as organization, e.name as environment, ${reason} as reason,
           insert_audit_event(${auditJson(audit)}::jsonb || jsonb_build_object(
             'organization', o.name, 'environment', e.name, 'object', w.id,
             'details', jsonb_build_object('reason', ${reason}::text)))::text as "eventId"
      from disabled w
      join environments e on e.id = w.environment_id
      join organizations o on o.id = e.organization_id`);
  const [row] = rows;
  if (row === undefined) return null;
  await cancelPending(client, endpointId);
  const { id, organization, environment } = row;
  return { id, organization, environment, reason };
}

/** An attempt in flight may still end as delivered. */
async function cancelPending(client: ClientBase, endpointId: string): Promise<void> {
  await client.query(sql`
    update deliveries
       set state = 'cancelled', due_at = null, ended_at = now(), failure = 'the endpoint was disabled'
     where endpoint_id = ${endpointId}::uuid and state = 'pending'`);
}

import type { Tenant } from '@hourglass/query';
import type { WebhookEndpointChange } from '@hourglass/reports';
import type { Connection } from '../connection/scoped-prisma.ts';

/** Changes an endpoint that the transaction has locked. */
export async function changeEndpoint(
  transaction: Connection,
  {
    tenant,
    id,
    change,
  }: { readonly tenant: Tenant; readonly id: string; readonly change: WebhookEndpointChange },
): Promise<void> {
  const { url, description, events, enabled } = change;
  await transaction.webhookEndpoint.update({
    where: { id },
    data: {
      ...(url === undefined ? {} : { url }),
      ...(description === undefined ? {} : { description }),
      ...(events === undefined ? {} : { events: [...events] }),
    },
    select: { id: true },
  });
  await transaction.$executeRaw`update webhook_endpoints set modified_at = now() where id = ${id}::uuid`;
  if (enabled === true) await enable(transaction, tenant, id);
  if (enabled === false) await disable(transaction, id);
}

/** An endpoint that was disabled receives the events after its enabling. */
async function enable(transaction: Connection, { environmentId }: Tenant, id: string): Promise<void> {
  await transaction.$executeRaw`
    update webhook_endpoints
       set enabled = true, disabled_reason = null, disabled_at = null, failing_since = null,
           position = coalesce((select max(v.id) from query_events v where v.environment_id = ${environmentId}::integer), 0)
     where id = ${id}::uuid and not enabled`;
}

async function disable(transaction: Connection, id: string): Promise<void> {
  await transaction.$executeRaw`update webhook_endpoints set enabled = false where id = ${id}::uuid`;
  await transaction.$executeRaw`
    update deliveries
       set state = 'cancelled', due_at = null, ended_at = now(), failure = 'the endpoint was disabled'
     where endpoint_id = ${id}::uuid and state = 'pending'`;
}

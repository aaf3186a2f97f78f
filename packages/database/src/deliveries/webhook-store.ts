import type { Tenant } from '@hourglass/query';
import { ReportError, type NewWebhookEndpoint, type WebhookStore } from '@hourglass/reports';
import { withOrganizationLock } from '../accounts/with-organization-lock.ts';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import type { OrganizationScope } from '../connection/scope.ts';
import { changeEndpoint } from './change-endpoint.ts';
import { findDelivery, insertTest, listDeliveries, replayDeliveries, replayOne } from './delivery-log.ts';
import { endpointColumns, lockEndpoint, webhookEndpoint, type EndpointRow } from './endpoint-rows.ts';

export function createWebhookStore(prisma: ScopedPrisma): WebhookStore {
  const within = <Result>(tenant: Tenant, work: (transaction: Connection) => Promise<Result>) =>
    prisma.transaction(scopeOf(tenant), work);
  return {
    list: (tenant) =>
      within(tenant, async (transaction) => {
        const rows = await transaction.$queryRaw<EndpointRow[]>`
          select ${endpointColumns} from webhook_endpoints
           where environment_id = ${tenant.environmentId}::integer order by created_at, id`;
        return rows.map(webhookEndpoint);
      }),
    find: (tenant, id) => within(tenant, (transaction) => find(transaction, tenant, id)),
    create: (tenant, endpoint, rule, audit) =>
      withOrganizationLock(prisma, tenant.organization, async (transaction, organizationId) => {
        rule(await transaction.webhookEndpoint.count({ where: { environment: { organizationId } } }));
        const created = await insert(transaction, tenant, endpoint);
        await insertAuditEvent(transaction, audit(created));
        return created;
      }),
    change: (tenant, id, change, audit) =>
      within(tenant, async (transaction) => {
        await lockEndpoint(transaction, tenant, id);
        await changeEndpoint(transaction, { tenant, id, change });
        const changed = await find(transaction, tenant, id);
        await insertAuditEvent(transaction, audit(changed));
        return changed;
      }),
    delete: (tenant, id, audit) =>
      within(tenant, async (transaction) => {
        await lockEndpoint(transaction, tenant, id);
        await transaction.webhookEndpoint.delete({ where: { id } });
        await insertAuditEvent(transaction, audit);
      }),
    rotateSecret: (tenant, id, { sealedSecret, overlapSeconds }, audit) =>
      within(tenant, async (transaction) => {
        await lockEndpoint(transaction, tenant, id);
        await transaction.$executeRaw`
          update webhook_endpoints
             set sealed_old = sealed_secret, sealed_secret = ${sealedSecret},
                 old_secret_until = now() + ${overlapSeconds}::float8 * interval '1 second', modified_at = now()
           where id = ${id}::uuid`;
        const changed = await find(transaction, tenant, id);
        await insertAuditEvent(transaction, audit(changed));
        return changed;
      }),
    ...createDeliveryLog(within),
  };
}

type Within = <Result>(tenant: Tenant, work: (transaction: Connection) => Promise<Result>) => Promise<Result>;

function createDeliveryLog(
  within: Within,
): Pick<WebhookStore, 'listDeliveries' | 'findDelivery' | 'insertTest' | 'replayOne' | 'replay'> {
  return {
    listDeliveries: (tenant, id, criteria, page) =>
      within(tenant, async (transaction) => {
        await find(transaction, tenant, id);
        return listDeliveries(transaction, id, criteria, page);
      }),
    findDelivery: (tenant, id, deliveryId) =>
      within(tenant, async (transaction) => {
        await find(transaction, tenant, id);
        return findDelivery(transaction, id, deliveryId);
      }),
    insertTest: (tenant, id, test, audit) =>
      within(tenant, async (transaction) => {
        await find(transaction, tenant, id);
        const delivery = await insertTest(transaction, { tenant, id, test });
        await insertAuditEvent(transaction, audit);
        return delivery;
      }),
    replayOne: (tenant, id, deliveryId, audit) =>
      within(tenant, async (transaction) => {
        requireEnabled(await lockEndpoint(transaction, tenant, id));
        const delivery = await replayOne(transaction, id, deliveryId);
        await insertAuditEvent(transaction, audit);
        return delivery;
      }),
    replay: (tenant, id, which, audit) =>
      within(tenant, async (transaction) => {
        requireEnabled(await lockEndpoint(transaction, tenant, id));
        const replayed = await replayDeliveries(transaction, id, which);
        await insertAuditEvent(transaction, audit(replayed));
        return replayed;
      }),
  };
}

function requireEnabled({ enabled }: { readonly enabled: boolean }): void {
  if (!enabled) throw new ReportError('webhook.disabled');
}

/** Endpoints are administered with the rights for an organization, narrowed to the environment. */
function scopeOf({ organization, environment }: Tenant): OrganizationScope {
  return { organization, environment };
}

async function find(transaction: Connection, { environmentId }: Tenant, id: string) {
  const rows = await transaction.$queryRaw<EndpointRow[]>`
    select ${endpointColumns} from webhook_endpoints
     where id = ${id}::uuid and environment_id = ${environmentId}::integer`;
  const [row] = rows;
  if (row === undefined) throw new ReportError('webhook.not_found', { id });
  return webhookEndpoint(row);
}

/** An endpoint receives the events after the newest one. */
async function insert(
  transaction: Connection,
  { environmentId }: Tenant,
  { id, url, description, events, enabled, sealedSecret }: NewWebhookEndpoint,
) {
  const [row] = await transaction.$queryRaw<EndpointRow[]>`
    insert into webhook_endpoints (id, environment_id, url, description, events, enabled, sealed_secret, position)
    select ${id}::uuid, ${environmentId}::integer, ${url}, ${description}, ${events}::text[], ${enabled},
           ${sealedSecret}, coalesce(max(v.id), 0)
      from query_events v where v.environment_id = ${environmentId}::integer
    returning ${endpointColumns}`;
  if (row === undefined) throw new Error('the insert returned no row');
  return webhookEndpoint(row);
}

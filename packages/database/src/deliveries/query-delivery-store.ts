import type { Tenant } from '@hourglass/query';
import {
  ReportError,
  type QueryDeliveryRecord,
  type QueryDeliveryStore,
  type ShownTarget,
  type StoredTarget,
  type Maker,
} from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { Prisma } from '../generated/client.ts';
import { deliveryColumns, deliveryRecord, type DeliveryRow } from './delivery-rows.ts';
import { lockEndpoint } from './endpoint-rows.ts';

interface QueryDeliveryRow extends DeliveryRow {
  readonly shown: ShownTarget;
}

export function createQueryDeliveryStore(prisma: ScopedPrisma): QueryDeliveryStore {
  const within = <Result>(tenant: Tenant, work: (transaction: Connection) => Promise<Result>) =>
    prisma.transaction({ organization: tenant.organization, environment: tenant.environment }, work);
  return {
    create: (tenant, { id, queryId, target, maker }, rule, audit) =>
      within(tenant, async (transaction) => {
        if (target.endpointId !== null) {
          const { enabled } = await lockEndpoint(transaction, tenant, target.endpointId);
          if (!enabled) throw new ReportError('webhook.disabled');
        }
        // The lock makes the number exact.
        await transaction.$queryRaw`select from queries where id = ${queryId}::uuid for no key update`;
        rule((await list(transaction, queryId)).length);
        await insertTarget(transaction, { tenant, target, maker });
        await transaction.$executeRaw`
          insert into deliveries (id, environment_id, kind, lane, endpoint_id, target_id, query_id, type, state)
          select ${id}::uuid, environment_id, kind, lane, endpoint_id, id, ${queryId}::uuid, '', 'waiting'
            from delivery_targets where id = ${target.id}::uuid`;
        await insertAuditEvent(transaction, audit);
        const created = (await list(transaction, queryId)).find((delivery) => delivery.id === id);
        if (created === undefined) throw new Error('the insert returned no row');
        return created;
      }),
    list: (tenant, queryId) => within(tenant, (transaction) => list(transaction, queryId)),
  };
}

/** Links are made with the rights of the maker, whose address is in lower case. */
async function insertTarget(
  transaction: Connection,
  {
    tenant: { environmentId },
    target: { id, kind, lane, shown, sealed, endpointId },
    maker,
  }: { readonly tenant: Tenant; readonly target: StoredTarget; readonly maker: Maker },
): Promise<void> {
  await transaction.$executeRaw`
    insert into delivery_targets (id, environment_id, kind, lane, shown, sealed, endpoint_id, user_id, token_id)
    select ${id}::uuid, ${environmentId}::integer, ${kind}::delivery_kind, ${lane}, ${JSON.stringify(shown)}::json,
           ${sealed}, ${endpointId}::uuid, (select u.id from users u where u.email = ${maker.email}),
           ${maker.tokenId}::uuid`;
}

async function list(transaction: Connection, queryId: string): Promise<readonly QueryDeliveryRecord[]> {
  const rows = await transaction.$queryRaw<QueryDeliveryRow[]>`
    select ${deliveryColumns}, ${Prisma.sql`t.shown`}
      from deliveries d join delivery_targets t on t.id = d.target_id
     where d.query_id = ${queryId}::uuid
     order by d.created_at, d.id`;
  return rows.map(({ shown, ...row }) => ({ ...deliveryRecord(row), target: shown }));
}

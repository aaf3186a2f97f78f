import type { Tenant } from '@hourglass/query';
import {
  isUuid,
  ReportError,
  type DeliveryCriteria,
  type DeliveryRecord,
  type DeliveryState,
  type ListPosition,
  type ReplayedDeliveries,
  type TestDelivery,
} from '@hourglass/reports';
import type { Connection } from '../connection/scoped-prisma.ts';
import { Prisma } from '../generated/client.ts';
import { deliveryColumns, deliveryRecord, type DeliveryRow } from './delivery-rows.ts';

export async function listDeliveries(
  transaction: Connection,
  endpointId: string,
  { state, from, before }: DeliveryCriteria,
  { after, limit }: { readonly after?: ListPosition; readonly limit: number },
): Promise<readonly DeliveryRecord[]> {
  const conditions = [
    Prisma.sql`endpoint_id = ${endpointId}::uuid`,
    ...(state === undefined ? [] : [Prisma.sql`state = ${state}::delivery_state`]),
    ...(from === undefined ? [] : [Prisma.sql`created_at >= ${from}::timestamptz`]),
    ...(before === undefined ? [] : [Prisma.sql`created_at < ${before}::timestamptz`]),
    ...(after === undefined
      ? []
      : [Prisma.sql`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`]),
  ];
  const rows = await transaction.$queryRaw<DeliveryRow[]>`
    select ${deliveryColumns} from deliveries d
     where ${Prisma.join(conditions, ' and ')}
     order by created_at desc, id desc limit ${limit}::integer`;
  return rows.map(deliveryRecord);
}

/** @throws ReportError `delivery.not_found` */
export async function findDelivery(
  transaction: Connection,
  endpointId: string,
  id: string,
): Promise<DeliveryRecord> {
  const rows = isUuid(id)
    ? await transaction.$queryRaw<DeliveryRow[]>`
        select ${deliveryColumns} from deliveries d
         where id = ${id}::uuid and endpoint_id = ${endpointId}::uuid`
    : [];
  const [row] = rows;
  if (row === undefined) throw new ReportError('delivery.not_found', { id });
  return deliveryRecord(row);
}

export async function insertTest(
  transaction: Connection,
  {
    tenant: { environmentId },
    id: endpointId,
    test: { id, type, payload },
  }: { readonly tenant: Tenant; readonly id: string; readonly test: TestDelivery },
): Promise<DeliveryRecord> {
  await transaction.$executeRaw`
    insert into deliveries (id, environment_id, kind, lane, endpoint_id, type, payload, state, due_at)
    values (${id}::uuid, ${environmentId}::integer, 'webhook', ${endpointId}, ${endpointId}::uuid, ${type}, ${payload},
            'pending', now())`;
  return findDelivery(transaction, endpointId, id);
}

const replay = Prisma.sql`
  state = 'pending', due_at = now(), failed_attempts = 0, ended_at = null, failure = null`;

/** @throws ReportError `delivery.not_found`, `delivery.active` */
export async function replayOne(
  transaction: Connection,
  endpointId: string,
  id: string,
): Promise<DeliveryRecord> {
  const { state } = await findDelivery(transaction, endpointId, id);
  const replayed = await transaction.$executeRaw`
    update deliveries set ${replay} where id = ${id}::uuid and ${hasEnded}`;
  if (replayed === 0) throw new ReportError('delivery.active', { state });
  return findDelivery(transaction, endpointId, id);
}

const hasEnded = Prisma.sql`state in ('delivered', 'failed', 'cancelled')`;

/** Returns the number of replayed deliveries, the oldest first. */
export function replayDeliveries(
  transaction: Connection,
  endpointId: string,
  { from, before, states, limit }: ReplayedDeliveries,
): Promise<number> {
  const wanted: readonly DeliveryState[] = states;
  return transaction.$executeRaw`
    update deliveries set ${replay}
     where id in (select id from deliveries d
                   where endpoint_id = ${endpointId}::uuid and state = any(${wanted}::delivery_state[])
                     and created_at >= ${from}::timestamptz
                     and created_at < coalesce(${before}::timestamptz, 'infinity')
                   order by created_at, id limit ${limit}::integer
                     for update)`;
}

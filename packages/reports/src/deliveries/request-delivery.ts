import type { Maker } from '../accounts/maker.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { ReportError } from '../errors.ts';
import type { QueryRecord } from '../queries/query-record.ts';
import type { DeliveryTarget, QueryDeliveryRecord, QueryDeliveryStore } from './delivery-target.ts';
import { sealTarget, type SealTargetPorts } from './seal-target.ts';

/** Limits one query. */
const maxDeliveries = 10;

export interface RequestDeliveryPorts extends SealTargetPorts {
  readonly queryDeliveries: QueryDeliveryStore;
}

/**
 * Delivers the result of a query once it has completed, or the news of its failure.
 * @throws ReportError `request.invalid`, `delivery.unavailable`, `delivery.full`, `query.no_result` if it failed or was
 * cancelled, `query.expired`; `webhook.not_found` and `webhook.disabled` of the target
 */
export function requestDelivery(
  { plan: { tenant }, id: queryId, state }: Pick<QueryRecord, 'plan' | 'id' | 'state'>,
  { target, maker }: { readonly target: DeliveryTarget; readonly maker: Maker },
  { queryDeliveries, audit, ...ports }: RequestDeliveryPorts & { readonly audit: AuditEvent },
): Promise<QueryDeliveryRecord> {
  if (state === 'expired') throw new ReportError('query.expired');
  if (state === 'failed' || state === 'cancelled') throw new ReportError('query.no_result', { state });
  const stored = sealTarget(tenant.environmentId, target, ports);
  const delivery = { id: ports.newId(), queryId, target: stored, maker };
  return queryDeliveries.create(tenant, delivery, requireRoom, audit);
}

function requireRoom(existing: number): void {
  if (existing >= maxDeliveries) throw new ReportError('delivery.full', { limit: maxDeliveries });
}

import type { Tenant } from '@hourglass/query';
import type { AuditEvent, AuditOf } from '../audit/audit-event.ts';
import type { AccountRule } from '../accounts/account-admin.ts';
import type { ListPosition } from '../queries/query-store.ts';
import type { DeliveryRecord, DeliveryState, EndedDeliveryState } from './delivery.ts';
import type { DisabledReason } from './delivery-queue.ts';

/** A receiver of the events of an environment's queries. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  /** Types of the events that it receives. */
  readonly events: readonly string[];
  readonly enabled: boolean;
  /** Why and when a worker disabled it. Null: it did not, or it was enabled again. */
  readonly disabled: { readonly reason: DisabledReason; readonly at: Date } | null;
  readonly failingSince: Date | null;
  /** Null: only the present secret signs. */
  readonly oldSecretUntil: Date | null;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

export interface NewWebhookEndpoint extends Pick<
  WebhookEndpoint,
  'id' | 'url' | 'description' | 'events' | 'enabled'
> {
  /** The result of `sealSecret` with the endpoint's id as owner. */
  readonly sealedSecret: Uint8Array<ArrayBuffer>;
}

/** Omitted fields keep their values. */
export interface WebhookEndpointChange {
  readonly url?: string | undefined;
  readonly description?: string | null | undefined;
  readonly events?: readonly string[] | undefined;
  /** False cancels its pending deliveries. True ends an automatic disabling. */
  readonly enabled?: boolean | undefined;
}

export interface NewSecret {
  readonly sealedSecret: Uint8Array<ArrayBuffer>;
  readonly overlapSeconds: number;
}

export interface DeliveryCriteria {
  readonly state?: DeliveryState | undefined;
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
}

/** The ended deliveries that are sent again. */
export interface ReplayedDeliveries {
  readonly from: Date;
  /** Null: all later ones. */
  readonly before: Date | null;
  readonly states: readonly EndedDeliveryState[];
  readonly limit: number;
}

/** One delivery as a replay changes it; its type and body stay. */
export interface TestDelivery {
  readonly id: string;
  readonly type: string;
  readonly payload: string;
}

/** Webhook endpoints of an environment and their log. Ids are those of the environment, or `webhook.not_found` is thrown. */
export interface WebhookStore {
  /** Lists endpoints, oldest first. */
  list(tenant: Tenant): Promise<readonly WebhookEndpoint[]>;
  find(tenant: Tenant, id: string): Promise<WebhookEndpoint>;
  /** @param rule receives the number of the organization's endpoints */
  create(
    tenant: Tenant,
    endpoint: NewWebhookEndpoint,
    rule: AccountRule<[count: number]>,
    audit: AuditOf<WebhookEndpoint>,
  ): Promise<WebhookEndpoint>;
  change(
    tenant: Tenant,
    id: string,
    change: WebhookEndpointChange,
    audit: AuditOf<WebhookEndpoint>,
  ): Promise<WebhookEndpoint>;
  /** Deletes the endpoint with its deliveries. */
  delete(tenant: Tenant, id: string, audit: AuditEvent): Promise<void>;
  /** Replaces the secret. The present one signs for `overlapSeconds` longer. */
  rotateSecret(
    tenant: Tenant,
    id: string,
    secret: NewSecret,
    audit: AuditOf<WebhookEndpoint>,
  ): Promise<WebhookEndpoint>;
  /** Lists deliveries of an endpoint, newest first. */
  listDeliveries(
    tenant: Tenant,
    id: string,
    criteria: DeliveryCriteria,
    page: { readonly after?: ListPosition; readonly limit: number },
  ): Promise<readonly DeliveryRecord[]>;
  /** @throws ReportError `delivery.not_found` */
  findDelivery(tenant: Tenant, id: string, deliveryId: string): Promise<DeliveryRecord>;
  /** Adds a delivery that is due now. */
  insertTest(tenant: Tenant, id: string, test: TestDelivery, audit: AuditEvent): Promise<DeliveryRecord>;
  /**
   * Sends one delivery again, with the same id and body.
   * @throws ReportError `delivery.not_found`, `delivery.active` unless it has ended
   */
  replayOne(tenant: Tenant, id: string, deliveryId: string, audit: AuditEvent): Promise<DeliveryRecord>;
  /** Sends deliveries again and returns their number. */
  replay(tenant: Tenant, id: string, which: ReplayedDeliveries, audit: AuditOf<number>): Promise<number>;
}

/** Counts deliveries and endpoints of all tenants. */
export interface DeliveryOverview {
  count(): Promise<{ readonly pending: number; readonly disabledEndpoints: number }>;
}

import type { Tenant } from '@hourglass/query';
import type { AuditEvent, AuditOf } from '../audit/audit-event.ts';
import { requireWithinLimit } from '../accounts/account-limits.ts';
import { sealSecret } from '../accounts/sealed-secret.ts';
import { invalidRequest, ReportError } from '../errors.ts';
import type { DeliveryRecord } from './delivery.ts';
import { messageBody, testEventType, webhookEventTypes } from './webhook-events.ts';
import { newWebhookSecret } from './webhook-secret.ts';
import type {
  NewWebhookEndpoint,
  WebhookEndpoint,
  WebhookEndpointChange,
  WebhookStore,
} from './webhook-endpoint.ts';

/** Which URLs deliveries may be sent to. */
export interface TargetRules {
  /** Returns what is wrong with a URL, as far as its text shows it, and what is expected; null: nothing. */
  faultOf(url: string): string | null;
}

export interface ManageWebhookPorts {
  readonly webhooks: WebhookStore;
  readonly targets: TargetRules;
  /** 32 bytes that encrypt secrets. Null when the setting is missing. */
  readonly secretKey: Uint8Array | null;
  readonly newId: () => string;
}

export interface WithSecret {
  readonly endpoint: WebhookEndpoint;
  /** Shown once. */
  readonly secret: string;
}

interface EndpointFields extends Pick<NewWebhookEndpoint, 'url' | 'description' | 'enabled'> {
  /** Undefined: every type. */
  readonly events: readonly string[] | undefined;
}

/** @throws ReportError `webhook.unavailable` without a secret key, `request.invalid`, `account.limit` */
export async function createWebhook(
  tenant: Tenant,
  { events = webhookEventTypes, ...fields }: EndpointFields,
  { webhooks, targets, audit, ...ports }: ManageWebhookPorts & { readonly audit: AuditOf<WebhookEndpoint> },
): Promise<WithSecret> {
  requireAllowedUrl(fields.url, targets);
  const id = ports.newId();
  const { secret, sealedSecret } = newSealedSecret(id, ports.secretKey);
  const created = { ...fields, id, events, sealedSecret };
  return { endpoint: await webhooks.create(tenant, created, requireRoom, audit), secret };
}

function requireRoom(existing: number): void {
  requireWithinLimit('webhook endpoints', existing + 1);
}

/** @throws ReportError `request.invalid`, `webhook.not_found` */
export async function changeWebhook(
  tenant: Tenant,
  { id, change }: { readonly id: string; readonly change: WebhookEndpointChange },
  {
    webhooks,
    targets,
    audit,
  }: Pick<ManageWebhookPorts, 'webhooks' | 'targets'> & {
    readonly audit: AuditOf<WebhookEndpoint>;
  },
): Promise<WebhookEndpoint> {
  if (change.url !== undefined) requireAllowedUrl(change.url, targets);
  return webhooks.change(tenant, id, change, audit);
}

/**
 * Makes a new secret. Until the overlap is over, messages are signed with both.
 * @throws ReportError `webhook.unavailable` without a secret key, `webhook.not_found`
 */
export async function rotateWebhookSecret(
  tenant: Tenant,
  { id, overlapSeconds }: { readonly id: string; readonly overlapSeconds: number },
  {
    webhooks,
    secretKey,
    audit,
  }: Pick<ManageWebhookPorts, 'webhooks' | 'secretKey'> & {
    readonly audit: AuditOf<WebhookEndpoint>;
  },
): Promise<WithSecret> {
  const { secret, sealedSecret } = newSealedSecret(id, secretKey);
  const endpoint = await webhooks.rotateSecret(tenant, id, { sealedSecret, overlapSeconds }, audit);
  return { endpoint, secret };
}

/**
 * Sends a message without data, also to a disabled endpoint.
 * @throws ReportError `webhook.not_found`
 */
export function testWebhook(
  tenant: Tenant,
  id: string,
  {
    webhooks,
    newId,
    nowMs,
    audit,
  }: Pick<ManageWebhookPorts, 'webhooks' | 'newId'> & {
    readonly nowMs: () => number;
    readonly audit: (delivery: string) => AuditEvent;
  },
): Promise<DeliveryRecord> {
  const deliveryId = newId();
  const payload = messageBody(testEventType, new Date(nowMs()), {});
  const test = { id: deliveryId, type: testEventType, payload };
  return webhooks.insertTest(tenant, id, test, audit(deliveryId));
}

function newSealedSecret(id: string, secretKey: Uint8Array | null) {
  if (secretKey === null) throw new ReportError('webhook.unavailable');
  const secret = newWebhookSecret();
  return { secret, sealedSecret: sealSecret(secret, secretKey, id) };
}

function requireAllowedUrl(url: string, targets: TargetRules): void {
  const message = targets.faultOf(url);
  if (message !== null) throw invalidRequest([{ field: 'url', message }]);
}

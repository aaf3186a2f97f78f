import type { DeliveryView, WebhookEndpointView } from '@hourglass/contract';
import { isUuid, ReportError, type DeliveryRecord, type WebhookEndpoint } from '@hourglass/reports';
import type { Request } from 'express';

export const webhookPath = '/v1/organizations/:organization/environments/:environment/webhookEndpoints';
export const webhookTag = 'Webhooks';

/**
 * The endpoint that the path names.
 * @throws ReportError `webhook.not_found` for a text that is no id
 */
export function webhookIdOf(request: Request): string {
  const id = String(request.params['endpoint']);
  if (!isUuid(id)) throw new ReportError('webhook.not_found', { id });
  return id.toLowerCase();
}

export function webhookViewOf(endpoint: WebhookEndpoint): WebhookEndpointView {
  const { id, url, description, events, enabled, disabled, failingSince, oldSecretUntil } = endpoint;
  return {
    id,
    url,
    description,
    // The contract checked them when they were saved.
    events: [...events] as WebhookEndpointView['events'],
    enabled,
    disabled: disabled === null ? null : { reason: disabled.reason, time: disabled.at.toISOString() },
    failingSince: failingSince?.toISOString() ?? null,
    oldSecretExpires: oldSecretUntil?.toISOString() ?? null,
    created: endpoint.createdAt.toISOString(),
    modified: endpoint.modifiedAt.toISOString(),
  };
}

export function deliveryViewOf(delivery: DeliveryRecord): DeliveryView {
  const { id, type, queryId, state, failure } = delivery;
  return {
    id,
    type,
    query: queryId,
    state,
    created: delivery.createdAt.toISOString(),
    ended: delivery.endedAt?.toISOString() ?? null,
    nextAttempt: delivery.nextAttemptAt?.toISOString() ?? null,
    failure,
    attempts: delivery.attempts.map(({ at, durationMs, status, error }) => ({
      time: at.toISOString(),
      durationMs,
      status,
      error,
    })),
  };
}

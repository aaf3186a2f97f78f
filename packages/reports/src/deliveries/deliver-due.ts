import { setTimeout as delay } from 'node:timers/promises';
import { systemActor } from '../audit/audit-event.ts';
import { openSecret } from '../accounts/sealed-secret.ts';
import { ServiceUnavailable } from '../service-unavailable.ts';
import type { SendOutcome } from './delivery.ts';
import type {
  ClaimedDelivery,
  ClaimedEndpoint,
  DeliveryClaimTerms,
  DeliveryQueue,
  DisabledEndpoint,
} from './delivery-queue.ts';
import { keepDeliveryLease } from './delivery-lease.ts';
import { retryDelay } from './retry-delays.ts';
import { notDelivered, sealedWithAnotherKey, sendToTarget, type SendTargetPorts } from './send-target.ts';
import { signMessage } from './sign-message.ts';

export interface DeliverPorts extends SendTargetPorts {
  readonly deliveries: DeliveryQueue;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Ends the process at a point that a test has chosen; otherwise does nothing. */
  readonly crashPoint: (point: DeliveryCrashPoint) => void;
  readonly onDisabled: (endpoint: DisabledEndpoint) => void;
  /** Called for an attempt that ended with an unexpected error, or whose end could not be recorded. */
  readonly onError: (delivery: string, error: unknown) => void;
}

/** In the order in which a delivery reaches them. */
export const deliveryCrashPoints = ['delivery.claimed', 'delivery.sent', 'delivery.ended'] as const;
export type DeliveryCrashPoint = (typeof deliveryCrashPoints)[number];

export interface DeliverTerms extends DeliveryClaimTerms {
  /** Deliveries that one worker sends at the same time. */
  readonly maxConcurrent: number;
  /** Delays after the first, second, … failed attempt. One more failure ends the delivery. */
  readonly retryDelaysMs: readonly number[];
  /** An endpoint to which nothing was delivered for this time is disabled. */
  readonly failingMs: number;
}

/** Between claims while deliveries are in flight. Several that end meanwhile share one claim. */
const claimIntervalMs = 20;
/** While every due delivery's lane is full. */
const fullLanesMs = 250;

/**
 * Sends due deliveries until none is due, and returns the number of attempts. A receiver that is slow
 * holds only the places of its lane: others are claimed meanwhile. `signal` ends it: attempts in flight
 * are cut off and given back.
 */
export async function deliverDue(
  ports: DeliverPorts,
  terms: DeliverTerms,
  signal: AbortSignal,
): Promise<number> {
  const inFlight = new Set<Promise<void>>();
  let attempts = 0;
  try {
    while (!signal.aborted) {
      const free = terms.maxConcurrent - inFlight.size;
      const claimed = free > 0 ? await ports.deliveries.claim(terms, free) : [];
      if (claimed.length === 0 && inFlight.size === 0) break;
      attempts += claimed.length;
      for (const delivery of claimed) {
        const attempt = attemptDelivery(ports, delivery, terms, signal);
        const tracked = attempt
          .catch((error: unknown) => ports.onError(delivery.id, error))
          .then(() => void inFlight.delete(tracked));
        inFlight.add(tracked);
      }
      await delay(claimIntervalMs);
      if (claimed.length === 0) await Promise.race([...inFlight, delay(fullLanesMs)]);
    }
  } finally {
    await Promise.all(inFlight);
  }
  return attempts;
}

/** An attempt whose end cannot be recorded is repeated when its lease lapses. */
async function attemptDelivery(
  ports: DeliverPorts,
  delivery: ClaimedDelivery,
  terms: DeliverTerms,
  signal: AbortSignal,
): Promise<void> {
  const { deliveries, crashPoint } = ports;
  crashPoint('delivery.claimed');
  const startedAtMs = performance.now();
  const lease = keepDeliveryLease(deliveries, delivery, terms);
  let outcome: SendOutcome;
  try {
    outcome = await send(ports, delivery, terms, AbortSignal.any([signal, lease.lost]));
  } catch (error) {
    if (lease.lost.aborted) return;
    if (signal.aborted) return deliveries.release(delivery);
    ports.onError(delivery.id, error);
    outcome = notDelivered(
      error instanceof ServiceUnavailable ? 'the service was not available' : 'internal error',
    );
  } finally {
    lease.end();
  }
  crashPoint('delivery.sent');
  const durationMs = Math.round(performance.now() - startedAtMs);
  const retryInMs =
    outcome.kind === 'delivered' ? null : retryDelay(outcome, delivery.failedAttempts + 1, ports, terms);
  const ended = { delivery, outcome, durationMs, retryInMs };
  const disabled = await deliveries.end(ended, { failingMs: terms.failingMs, audit: disabledEvent });
  if (disabled !== null) ports.onDisabled(disabled);
  crashPoint('delivery.ended');
}

const workersDied = notDelivered('its workers died', { isFinal: true });

function send(
  ports: DeliverPorts,
  delivery: ClaimedDelivery,
  terms: DeliverTerms,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const { endpoint, target, failedAttempts } = delivery;
  // Only the deaths of workers lead here: another failure would have ended it.
  if (failedAttempts > terms.retryDelaysMs.length) return Promise.resolve(workersDied);
  if (endpoint !== null) return sendToEndpoint(ports, { ...delivery, endpoint }, signal);
  if (target !== null) return sendToTarget(ports, { ...delivery, target }, signal);
  return Promise.resolve(notDelivered('its receiver was deleted', { isFinal: true }));
}

async function sendToEndpoint(
  { webhooks, secretKey, nowMs }: DeliverPorts,
  { endpoint, ...message }: ClaimedDelivery & { readonly endpoint: ClaimedEndpoint },
  signal: AbortSignal,
): Promise<SendOutcome> {
  const { id, url, sealedSecret, sealedOldSecret } = endpoint;
  const secrets = [sealedSecret, sealedOldSecret].flatMap((sealed) => {
    const secret = secretKey === null || sealed === null ? null : openSecret(sealed, secretKey, id);
    return secret === null ? [] : [secret];
  });
  if (secrets.length === 0) return notDelivered(sealedWithAnotherKey);
  const headers = { 'content-type': 'application/json', ...signMessage(message, secrets, nowMs()) };
  return webhooks.post({ url, headers, body: message.payload }, signal);
}

/** The statement that disables an endpoint adds its tenant and id. */
const disabledEvent = {
  actor: systemActor,
  action: 'webhook.disable',
  organization: null,
  environment: null,
  object: null,
  refusal: null,
  details: {},
} as const;

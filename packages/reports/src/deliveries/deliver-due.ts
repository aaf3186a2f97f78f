import { setTimeout as delay } from 'node:timers/promises';
import { systemActor } from '../audit/audit-event.ts';
import { openSecret } from '../accounts/sealed-secret.ts';
import type { Message, SendOutcome } from './delivery.ts';
import type {
  ClaimedDelivery,
  DeliveryClaimTerms,
  DeliveryQueue,
  DisabledEndpoint,
} from './delivery-queue.ts';
import { retryDelay } from './retry-delays.ts';
import { signMessage } from './sign-message.ts';

/** Sends one body to a URL. */
export interface WebhookSender {
  /** Resolves whatever happens, unless `signal` aborts: then it rejects with its reason. */
  post(
    request: {
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    },
    signal: AbortSignal,
  ): Promise<SendOutcome>;
}

export interface DeliverPorts {
  readonly deliveries: DeliveryQueue;
  readonly webhooks: WebhookSender;
  /** 32 bytes that open secrets; null: not configured. */
  readonly secretKey: Uint8Array | null;
  readonly nowMs: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Ends the process at a point that a test has chosen; otherwise does nothing. */
  readonly crashPoint: (point: DeliveryCrashPoint) => void;
  readonly onDisabled: (endpoint: DisabledEndpoint) => void;
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
        const tracked = attempt.catch(() => undefined).then(() => void inFlight.delete(tracked));
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
  let outcome: SendOutcome;
  try {
    outcome = await send(ports, delivery, signal);
  } catch (error) {
    if (signal.aborted) return deliveries.release(delivery);
    throw error;
  }
  crashPoint('delivery.sent');
  const retryInMs =
    outcome.kind === 'delivered'
      ? null
      : retryDelay(outcome, delivery.failedAttempts + 1, {
          delaysMs: terms.retryDelaysMs,
          random: ports.random,
        });
  const durationMs = Math.round(performance.now() - startedAtMs);
  const disabled = await deliveries.end(
    { delivery, outcome, durationMs, retryInMs },
    {
      failingMs: terms.failingMs,
      audit: disabledEvent,
    },
  );
  if (disabled !== null) ports.onDisabled(disabled);
  crashPoint('delivery.ended');
}

function send(
  { webhooks, secretKey, nowMs }: DeliverPorts,
  { endpoint, ...message }: ClaimedDelivery,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const sealed = [
    endpoint.sealedSecret,
    ...(endpoint.sealedOldSecret === null ? [] : [endpoint.sealedOldSecret]),
  ];
  const secrets = sealed.map((one) => (secretKey === null ? null : openSecret(one, secretKey, endpoint.id)));
  const known = secrets.filter((secret) => secret !== null);
  if (known.length === 0) return Promise.resolve(sealedWithAnotherKey);
  const headers = signedHeaders(message, known, nowMs());
  return webhooks.post({ url: endpoint.url, headers, body: message.payload }, signal);
}

function signedHeaders(message: Message, secrets: readonly string[], nowMs: number) {
  return { 'content-type': 'application/json', ...signMessage(message, secrets, nowMs) };
}

const sealedWithAnotherKey: SendOutcome = {
  kind: 'failed',
  status: null,
  error:
    'the secret cannot be opened: HOURGLASS_SECRET_KEY of the worker is unset or differs; expected that of the API',
  retryAfterMs: null,
  isGone: false,
};

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

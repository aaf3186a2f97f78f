import { openSecret } from '../accounts/sealed-secret.ts';
import type { ObjectStore } from '../results/object-store.ts';
import type { NotDelivered, SendOutcome } from './delivery.ts';
import type { ClaimedDelivery, ClaimedTarget } from './delivery-queue.ts';
import type { WebhookSender } from './webhook-sender.ts';
import type { BucketTarget, TargetSecrets } from './delivery-target.ts';
import { mailOf, newsOf, slackBody, type ResultNews } from './result-message.ts';
import { signMessage } from './sign-message.ts';

/** A file for a bucket of a client. */
export interface OutgoingFile {
  readonly name: string;
  readonly bytes: number;
  /** Hex. Null: not known. */
  readonly md5: string | null;
  readonly open: () => Promise<NodeJS.ReadableStream>;
}

export interface BucketSender {
  /** Resolves whatever happens, unless `signal` aborts: then it rejects with its reason. */
  put(
    target: BucketTarget & { readonly secretAccessKey: string },
    file: OutgoingFile,
    signal: AbortSignal,
  ): Promise<SendOutcome>;
}

export interface MailSender {
  /** Resolves whatever happens, unless `signal` aborts: then it rejects with its reason. */
  send(
    mail: {
      readonly id: string;
      readonly to: readonly string[];
      readonly subject: string;
      readonly text: string;
    },
    signal: AbortSignal,
  ): Promise<SendOutcome>;
}

/** Links to the results of deliveries. */
export interface DeliveryLinks {
  /** The same link for each attempt. Null: the user or token of the target no longer exists. */
  linkOf(delivery: ClaimedDelivery & { readonly target: ClaimedTarget }): Promise<ResultNews['link']>;
}

export interface SendTargetPorts {
  readonly webhooks: WebhookSender;
  readonly buckets: BucketSender;
  /** Null: no mail server is configured. */
  readonly mail: MailSender | null;
  readonly links: DeliveryLinks;
  readonly objects: Pick<ObjectStore, 'read' | 'stat'>;
  /** 32 bytes that open secrets; null: not configured. */
  readonly secretKey: Uint8Array | null;
  readonly nowMs: () => number;
}

type TargetDelivery = ClaimedDelivery & { readonly target: ClaimedTarget };

/** Sends one delivery to its target. */
export async function sendToTarget(
  ports: SendTargetPorts,
  delivery: TargetDelivery,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const secrets = openTarget(delivery.target, ports.secretKey);
  if (secrets === null) return notDelivered(sealedWithAnotherKey);
  const { shown } = delivery.target;
  if (shown.kind === 's3') return sendFile(ports, { delivery, target: shown, secrets }, signal);
  if (shown.kind === 'email') return sendMail(ports, { delivery, to: shown.to }, signal);
  return sendPost(ports, delivery, secrets, signal);
}

export const sealedWithAnotherKey =
  'the secret cannot be opened: HOURGLASS_SECRET_KEY of the worker is unset or differs; expected that of the API';

export function notDelivered(error: string, { isFinal = false } = {}): NotDelivered {
  return { kind: 'failed', status: null, error, retryAfterMs: null, isFinal, isGone: false };
}

function openTarget({ id, sealed }: ClaimedTarget, secretKey: Uint8Array | null): TargetSecrets | null {
  const text = secretKey === null ? null : openSecret(sealed, secretKey, id);
  return text === null ? null : (JSON.parse(text) as TargetSecrets);
}

async function sendPost(
  { webhooks, links, nowMs }: SendTargetPorts,
  delivery: TargetDelivery,
  { url = '', secret }: TargetSecrets,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const isSlack = delivery.target.shown.kind === 'slack';
  const link = isSlack ? await linkTo(links, delivery) : null;
  if (link instanceof Error) return notDelivered(link.message, { isFinal: true });
  const body = isSlack ? slackBody(newsOf(delivery.payload, link)) : delivery.payload;
  const signed =
    isSlack || secret === undefined
      ? { 'webhook-id': delivery.id }
      : signMessage(delivery, [secret], nowMs());
  return webhooks.post({ url, headers: { 'content-type': 'application/json', ...signed }, body }, signal);
}

async function sendFile(
  { buckets, objects }: SendTargetPorts,
  {
    delivery: { result, queryId },
    target,
    secrets: { secretAccessKey = '' },
  }: {
    readonly delivery: TargetDelivery;
    readonly target: BucketTarget;
    readonly secrets: TargetSecrets;
  },
  signal: AbortSignal,
): Promise<SendOutcome> {
  const found = result === null ? null : await objects.stat(result.archiveKey);
  if (result === null || found === null) return notDelivered('the result has expired', { isFinal: true });
  const file: OutgoingFile = {
    name: `OfflineQueryResult-${queryId}.zip`,
    bytes: found.bytes,
    md5: result.archiveMd5,
    async open() {
      const stream = await objects.read(result.archiveKey);
      if (stream === null) throw new Error('the result has expired');
      return stream;
    },
  };
  return buckets.put({ ...target, secretAccessKey }, file, signal);
}

async function sendMail(
  { mail, links }: SendTargetPorts,
  { delivery, to }: { readonly delivery: TargetDelivery; readonly to: readonly string[] },
  signal: AbortSignal,
): Promise<SendOutcome> {
  if (mail === null) return notDelivered('no mail server is configured; expected HOURGLASS_SMTP_URL');
  const link = await linkTo(links, delivery);
  if (link instanceof Error) return notDelivered(link.message, { isFinal: true });
  return mail.send({ id: delivery.id, to, ...mailOf(newsOf(delivery.payload, link)) }, signal);
}

/** Null: the query has no result. */
async function linkTo(links: DeliveryLinks, delivery: TargetDelivery): Promise<ResultNews['link'] | Error> {
  if (delivery.type !== 'query.completed') return null;
  if (delivery.result === null) return new Error('the result has expired');
  return (
    (await links.linkOf(delivery)) ??
    new Error('the user or the token that asked for the delivery no longer exists')
  );
}

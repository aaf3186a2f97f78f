import { createHmac } from 'node:crypto';
import type { Message } from './delivery.ts';
import { webhookKey } from './webhook-secret.ts';

/**
 * Returns the headers of Standard Webhooks 1.0.0 for one attempt, with a signature by each secret: a
 * receiver accepts the message if one of them is by a secret that it knows.
 */
export function signMessage(
  { id, payload }: Pick<Message, 'id' | 'payload'>,
  secrets: readonly string[],
  nowMs: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', webhookKey(secret)).update(`${id}.${timestamp}.${payload}`);
    return `v1,${hmac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

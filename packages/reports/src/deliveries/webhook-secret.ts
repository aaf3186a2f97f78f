import { randomBytes } from 'node:crypto';

/** Standard Webhooks: 24 to 64 bytes. */
const secretBytes = 32;
const prefix = 'whsec_';

export function newWebhookSecret(): string {
  return `${prefix}${randomBytes(secretBytes).toString('base64')}`;
}

/** Returns the key of a secret's signatures. */
export function webhookKey(secret: string): Uint8Array {
  return Buffer.from(secret.slice(prefix.length), 'base64');
}

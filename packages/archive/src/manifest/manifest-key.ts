import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { ManifestKey } from '@hourglass/contract';

/** An Ed25519 private key in PKCS #8 up to its seed (RFC 8410, section 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Returns the Ed25519 private key with this seed of 32 bytes. */
export function manifestSigningKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
}

/** Describes the public half of a private or public key, as `GET /v1/manifest-key` returns it. */
export function describeManifestKey(key: KeyObject): ManifestKey {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  return { keyId: keyIdOf(publicKey), algorithm: 'Ed25519', publicKey: pem };
}

/** The first 16 hex digits of the SHA-256 of the SPKI bytes. */
export function keyIdOf(publicKey: KeyObject): string {
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(spki).digest('hex').slice(0, 16);
}

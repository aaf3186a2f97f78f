import { randomBytes, randomInt } from 'node:crypto';

/** Generates a password: 144 random bits in 24 characters that need no quoting. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** Generates a token: 256 random bits, with a prefix that secret scanners recognize. */
export function newToken(): string {
  return `hg_${randomBytes(32).toString('base64url')}`;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Generates an access key: an id of 32 letters and digits, as in the contract, and a secret of 256
 * random bits.
 */
export function newAccessKey(): { readonly id: string; readonly secret: string } {
  const id = Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join('');
  return { id, secret: randomBytes(32).toString('base64url') };
}

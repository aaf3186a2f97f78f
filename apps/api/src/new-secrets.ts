import { randomBytes, randomInt } from 'node:crypto';

/** Generates a password: 144 random bits in 24 characters that need no quoting. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** Generates a token: 256 random bits, with a prefix that secret scanners recognize. */
export function newToken(): string {
  return `hg_${randomBytes(32).toString('base64url')}`;
}

/** Generates the secret of a shared view: 256 random bits, with a prefix that tells it from a token. */
export function newSharedViewSecret(): string {
  return `hs_${randomBytes(32).toString('base64url')}`;
}

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Generates a recovery code: 80 random bits in 16 letters and digits that are hard to confuse. */
export function newRecoveryCode(): string {
  const characters = Array.from({ length: 16 }, () => base32[randomInt(base32.length)]).join('');
  return (characters.match(/.{4}/g) ?? []).join('-');
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

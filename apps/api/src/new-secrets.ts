import { randomBytes, randomInt } from 'node:crypto';

/** For a user who was given none: 144 random bits, 24 characters that need no quoting anywhere. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** 256 random bits. By the prefix people and scanners of leaked secrets recognise it. */
export function newToken(): string {
  return `hg_${randomBytes(32).toString('base64url')}`;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An id of 32 letters and digits, as the contract shows them, and a secret of 256 random bits. */
export function newAccessKey(): { readonly id: string; readonly secret: string } {
  const id = Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join('');
  return { id, secret: randomBytes(32).toString('base64url') };
}

import { randomBytes } from 'node:crypto';

/** For a user who was given none: 144 random bits, 24 characters that need no quoting anywhere. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** 256 random bits. By the prefix people and scanners of leaked secrets recognise it. */
export function newToken(): string {
  return `hg_${randomBytes(32).toString('base64url')}`;
}

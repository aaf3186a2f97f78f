import { hash } from 'node:crypto';

/** SHA-256, hex. Tokens are long and random, so a slow hash would add no protection. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'hex');
}

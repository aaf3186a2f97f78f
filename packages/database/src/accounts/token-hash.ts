import { hash } from 'node:crypto';

/** SHA-256, hex. A token is random and long, so that a slow hash would protect nothing. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'hex');
}

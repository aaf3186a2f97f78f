import { hash, randomBytes } from 'node:crypto';
import QuickLRU from 'quick-lru';
import type { Accounts, Principal } from '@hourglass/reports';

/** How long a changed password, a changed role or a deleted user may go unnoticed by Basic authentication. */
const rememberedMs = 60_000;

/** At most twice as many are in memory, at some 300 bytes each. */
const maxRemembered = 1000;

/**
 * Accounts that check a password they verified within the last minute without the cost of its hash. The time
 * counts from the check and is not prolonged by use. Only pairs that were right are remembered, and not they
 * themselves but their hash with a secret that never leaves this process. Tokens are always looked up.
 */
export function rememberPasswords(accounts: Accounts): Accounts {
  const secret = randomBytes(32).toString('base64');
  const verified = new QuickLRU<string, Principal>({ maxSize: maxRemembered, maxAge: rememberedMs });
  // Clients that poll together share one check, or every minute would begin with as many hashes as clients.
  const underway = new Map<string, Promise<Principal | null>>();

  return {
    authenticateToken: (token) => accounts.authenticateToken(token),
    findTenant: (scope) => accounts.findTenant(scope),
    findOrganization: (name) => accounts.findOrganization(name),
    async authenticatePassword(email, password) {
      const pair = hash('sha256', secret + JSON.stringify([email, password]), 'base64');
      const known = verified.get(pair);
      if (known !== undefined) return known;
      const shared = underway.get(pair);
      if (shared !== undefined) return shared;
      const check = accounts.authenticatePassword(email, password);
      underway.set(pair, check);
      try {
        const principal = await check;
        if (principal !== null) verified.set(pair, principal);
        return principal;
      } finally {
        underway.delete(pair);
      }
    },
  };
}

import { hash, randomBytes } from 'node:crypto';
import QuickLRU from 'quick-lru';
import type { Accounts, Principal } from '@hourglass/reports';

/** How long Basic authentication may miss a changed password, a changed role or a deleted user. */
const rememberedMs = 60_000;

/** The cache holds up to twice this number, at about 300 bytes each. */
const maxRemembered = 1000;

/**
 * Wraps accounts so that a password verified within the last minute is not hashed again. Use does
 * not prolong that minute. Only correct pairs are cached, as a hash with a secret that never leaves
 * the process. Tokens are always looked up.
 */
export function rememberPasswords(accounts: Accounts): Accounts {
  const secret = randomBytes(32).toString('base64');
  const verified = new QuickLRU<string, Principal>({ maxSize: maxRemembered, maxAge: rememberedMs });
  // Concurrent requests share one check. Otherwise every minute would begin with one hash per
  // polling client.
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

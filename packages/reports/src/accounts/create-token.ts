import type { NewToken, TokenRecord, TokenStore } from './account-admin.ts';
import { requireRoom } from './account-limits.ts';
import { requireRole, requireScopesOfRole } from './account-roles.ts';
import { invalidRequest } from '../errors.ts';
import type { Principal } from './accounts.ts';

/**
 * @throws ReportError `user.not_found`, `auth.role` for a user above the caller, `request.invalid` for scopes beyond
 * those of the user and an environment that the organization does not have, `account.limit`
 */
export function createToken(principal: Principal, token: NewToken, tokens: TokenStore): Promise<TokenRecord> {
  return tokens.create(principal.organization, token, (user, count, environments) => {
    requireRole(principal, user.role);
    requireScopesOfRole(user.role, token.scopes);
    requireEnvironment(token, environments);
    requireRoom('tokens', count + 1);
  });
}

function requireEnvironment({ environment }: NewToken, existing: readonly string[]): void {
  if (environment === null || existing.includes(environment)) return;
  const expected = existing.length === 0 ? 'none: there is none yet' : `one of ${existing.join(', ')}`;
  const message = `the organization has no environment "${environment}"; expected ${expected}`;
  throw invalidRequest([{ field: 'environment', message }]);
}

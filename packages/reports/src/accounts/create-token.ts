import type { NewToken, TokenRecord, TokenStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { requireRole, requireScopesOfRole } from './account-roles.ts';
import { invalidRequest } from '../errors.ts';
import type { Principal } from './accounts.ts';

/**
 * @throws ReportError `user.not_found`, `auth.role` when the user is above the caller,
 * `request.invalid` when a scope exceeds the user's role or the environment does not exist,
 * `account.limit`
 */
export function createToken(principal: Principal, token: NewToken, tokens: TokenStore): Promise<TokenRecord> {
  return tokens.create(principal.organization, token, (user, count, environments) => {
    requireRole(principal, user.role);
    requireScopesOfRole(user.role, token.scopes);
    requireEnvironment(token, environments);
    requireWithinLimit('tokens', count + 1);
  });
}

function requireEnvironment({ environment }: NewToken, existing: readonly string[]): void {
  if (environment === null || existing.includes(environment)) return;
  const expected =
    existing.length === 0
      ? 'null, because the organization has no environments'
      : `one of ${existing.join(', ')}`;
  const message = `the organization has no environment "${environment}"; expected ${expected}`;
  throw invalidRequest([{ field: 'environment', message }]);
}

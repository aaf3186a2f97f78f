import type { NewToken, TokenRecord, TokenStore } from './account-admin.ts';
import { requireRoom } from './account-limits.ts';
import { requireRole, requireScopesOfRole } from './account-roles.ts';
import type { Principal } from './ports.ts';

/**
 * @throws ReportError `user.not_found`, `auth.role` for a user above the caller, `request.invalid` for scopes beyond
 * those of the user, `account.limit`
 */
export function createToken(principal: Principal, token: NewToken, tokens: TokenStore): Promise<TokenRecord> {
  return tokens.create(principal.organization, token, (user, count) => {
    requireRole(principal, user.role);
    requireScopesOfRole(user.role, token.scopes);
    requireRoom('tokens', count + 1);
  });
}

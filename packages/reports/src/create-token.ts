import { accountLimits, type NewToken, type TokenRecord, type TokenStore } from './account-admin.ts';
import { requireRole, requireScopesOfRole } from './account-roles.ts';
import { ReportError } from './errors.ts';
import type { Principal } from './ports.ts';

/**
 * @throws ReportError `user.not_found`, `auth.role` for a user above the caller, `request.invalid` for scopes beyond
 * those of the user, `account.limit`
 */
export function createToken(
  principal: Principal,
  token: NewToken,
  tokens: TokenStore,
): Promise<TokenRecord> {
  return tokens.create(principal.organization, token, (user, count) => {
    requireRole(principal, user.role);
    requireScopesOfRole(user.role, token.scopes);
    if (count >= accountLimits.tokens) {
      throw new ReportError('account.limit', { limit: accountLimits.tokens, what: 'tokens' });
    }
  });
}

import type { TokenStore } from './account-admin.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';

/**
 * @param organization the token's; the caller's own by default
 * @throws ReportError `token.not_found`, `auth.role` when the token's user is above the caller
 */
export function deleteToken(
  principal: Principal,
  id: string,
  tokens: TokenStore,
  organization = principal.organization,
): Promise<void> {
  return tokens.delete(organization, id, ({ role }) => requireRole(principal, role));
}

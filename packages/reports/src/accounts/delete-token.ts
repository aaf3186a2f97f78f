import type { TokenStore } from './account-admin.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';

/** @throws ReportError `token.not_found`, `auth.role` when the token's user is above the caller */
export function deleteToken(principal: Principal, id: string, tokens: TokenStore): Promise<void> {
  return tokens.delete(principal.organization, id, ({ role }) => requireRole(principal, role));
}

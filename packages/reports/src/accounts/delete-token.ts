import type { AuditOf } from '../audit/audit-event.ts';
import type { TokenRecord, TokenStore } from './account-admin.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';

/**
 * Deletes a token and, with `withMade`, those that were made with it.
 * @throws ReportError `token.not_found`, `auth.role` when a token's user is above the caller
 */
export function deleteToken(
  principal: Principal,
  token: { readonly id: string; readonly withMade?: boolean },
  {
    tokens,
    organization,
    audit,
  }: {
    readonly tokens: TokenStore;
    /** The token's. */
    readonly organization: string;
    readonly audit: AuditOf<TokenRecord>;
  },
): Promise<void> {
  return tokens.delete(organization, token, ({ role }) => requireRole(principal, role), audit);
}

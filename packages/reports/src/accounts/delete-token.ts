import type { AuditOf } from '../audit/audit-event.ts';
import type { TokenRecord, TokenStore } from './account-admin.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';

/** @throws ReportError `token.not_found`, `auth.role` when the token's user is above the caller */
export function deleteToken(
  principal: Principal,
  id: string,
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
  return tokens.delete(organization, id, ({ role }) => requireRole(principal, role), audit);
}

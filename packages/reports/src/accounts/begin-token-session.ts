import type { AuditOf } from '../audit/audit-event.ts';
import type { TokenRecord, TokenStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { ReportError } from '../errors.ts';
import type { Principal } from './accounts.ts';
import { signInTokenSeconds } from './sign-in-token.ts';

/**
 * Makes the token of a session from the token of the caller: with its scopes, for eight hours, and never for longer than the
 * caller's. The session ends without revoking the caller's token.
 * @throws ReportError `auth.required` when the caller has no token, `account.limit`
 */
export function beginTokenSession(
  { organization, email, scopes, tokenId }: Principal,
  token: string,
  { tokens, audit }: { readonly tokens: Pick<TokenStore, 'create'>; readonly audit: AuditOf<TokenRecord> },
): Promise<TokenRecord> {
  if (tokenId === null) throw new ReportError('auth.required');
  return tokens.create(
    organization,
    {
      ...{ email, token, scopes, description: 'Session', lifetimeSeconds: signInTokenSeconds },
      ...{ environment: null, customers: [], maker: { email, tokenId }, signIn: 'token' },
    },
    (_user, count, _environments, expiringOfUser) => {
      requireWithinLimit('tokens', count + 1);
      requireWithinLimit('tokens of this user that expire', expiringOfUser + 1);
    },
    audit,
  );
}

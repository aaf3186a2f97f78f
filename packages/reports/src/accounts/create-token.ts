import type { AuditOf } from '../audit/audit-event.ts';
import type { NewToken, TokenRecord, TokenStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { requireRole, requireScopesOfCaller, requireScopesOfRole } from './account-roles.ts';
import { invalidRequest } from '../errors.ts';
import type { Principal } from './accounts.ts';
import { tokenMakerOf } from './maker.ts';

export type TokenRequest = Omit<NewToken, 'maker' | 'signIn'>;

/**
 * Creates a token that neither outlives its maker nor has more rights: it is deleted with the caller,
 * loses the scopes that the caller's role loses, and expires with the caller's token at the latest, unless that is of a sign-in
 * by password.
 * @throws ReportError `user.not_found`, `auth.role` when the user is above the caller,
 * `request.invalid` when a scope exceeds the user's role or the caller's scopes, or the environment
 * does not exist,
 * `account.limit`
 */
export function createToken(
  principal: Principal,
  request: TokenRequest,
  { tokens, audit }: { readonly tokens: TokenStore; readonly audit: AuditOf<TokenRecord> },
): Promise<TokenRecord> {
  const { organization } = principal;
  const token = { ...request, maker: tokenMakerOf(principal), signIn: null };
  const rule: Parameters<TokenStore['create']>[2] = (user, count, environments) => {
    requireRole(principal, user.role);
    requireScopesOfRole(user.role, token.scopes);
    requireScopesOfCaller(principal, token.scopes);
    requireEnvironment(token, environments);
    requireWithinLimit('tokens', count + 1);
  };
  return tokens.create(organization, token, rule, audit);
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

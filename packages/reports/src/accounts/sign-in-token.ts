import type { AuditAction, AuditDetails, AuditEvent } from '../audit/audit-event.ts';
import type { TokenRecord, TokenStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { scopesOfRole } from './account-roles.ts';
import type { Role, SignInKind } from './accounts.ts';

/** A group that a user loses takes effect at the next sign-in, so it has to come soon. */
export const signInTokenSeconds = 8 * 3600;

export interface SignInTokenPorts {
  readonly tokens: Pick<TokenStore, 'create'>;
  readonly newToken: () => string;
  /** Describes a write of the user with this address. */
  readonly audit: (
    email: string,
    action: AuditAction,
    write: { readonly organization: string; readonly object: string; readonly details: AuditDetails },
  ) => AuditEvent;
}

/** The user of the token, and the kind of the sign-in. */
export interface SignInOf {
  readonly organization: string;
  readonly email: string;
  readonly role: Role;
  /** For people, in the list of tokens. */
  readonly description: string;
  readonly signIn: SignInKind;
}

/** The response to a sign-in. */
export interface SignInToken {
  readonly organization: string;
  readonly role: Role;
  readonly token: string;
  readonly record: TokenRecord;
}

/**
 * Makes the token of a sign-in, with every scope of the role, for eight hours.
 * @throws ReportError `account.limit`
 */
export async function createSignInToken(
  { organization, email, role, description, signIn }: SignInOf,
  { tokens, newToken, audit }: SignInTokenPorts,
): Promise<SignInToken> {
  const token = newToken();
  const record = await tokens.create(
    organization,
    {
      ...{ email, token, scopes: scopesOfRole[role], description },
      ...{ lifetimeSeconds: signInTokenSeconds, environment: null, customers: [] },
      maker: { email, tokenId: null },
      signIn,
    },
    (_user, count, _environments, expiringOfUser) => {
      requireWithinLimit('tokens', count + 1);
      requireWithinLimit('tokens of this user that expire', expiringOfUser + 1);
    },
    ({ id }) => audit(email, 'token.create', { organization, object: id, details: { user: email, signIn } }),
  );
  return { organization, role, token, record };
}

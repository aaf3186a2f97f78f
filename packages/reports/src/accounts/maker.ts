import type { Principal } from './accounts.ts';

/** The credentials with which something was made that lasts longer than a request. It ends with them. */
export interface Maker {
  readonly email: string;
  /** Null: the user. */
  readonly tokenId: string | null;
}

type Caller = Pick<Principal, 'email' | 'tokenId' | 'signIn'>;

/**
 * The maker of a schedule or delivery. A sign-in is the user: what the user made does not end after eight hours. A session that was
 * begun with a token is the token.
 */
export function makerOf({ email, tokenId, signIn }: Caller): Maker {
  return { email, tokenId: signIn === null || signIn === 'token' ? tokenId : null };
}

/**
 * The maker of a token. A token that was made after a sign-in through a provider ends with that sign-in, because a user that loses a
 * group there loses the role at the next sign-in only.
 */
export function tokenMakerOf({ email, tokenId, signIn }: Caller): Maker {
  return { email, tokenId: signIn === null || signIn === 'oidc' || signIn === 'token' ? tokenId : null };
}

import type { SignedInView } from '@hourglass/contract';
import type { SignInToken } from '@hourglass/reports';

/** The response to every kind of sign-in. */
export function signedInViewOf({ organization, role, token, record }: SignInToken): SignedInView {
  const { email, expiresAt } = record;
  if (expiresAt === null) throw new Error('unreachable: the token of a sign-in does not expire');
  return { token, expires: expiresAt.toISOString(), email, organization, role };
}

import type { IncomingMessage } from 'node:http';
import { ReportError, type Accounts, type Principal } from '@hourglass/reports';
import type { GuardedRoute } from './route.ts';

/**
 * Authenticates by Basic (e-mail address and password) or Bearer (token), or by the bare token in
 * the route's `tokenHeader`, and checks the scope.
 * @throws ReportError `auth.scope`; `auth.required`, or with a `tokenHeader` `auth.token`, for
 * missing, malformed and wrong credentials alike
 */
export async function authenticate(
  { headers }: IncomingMessage,
  { scope, tokenHeader }: Pick<GuardedRoute, 'scope' | 'tokenHeader'>,
  accounts: Accounts,
): Promise<Principal> {
  const principal =
    tokenHeader === undefined
      ? await identify(headers.authorization ?? '', accounts)
      : await accounts.authenticateToken(String(headers[tokenHeader.toLowerCase()] ?? ''));
  if (principal === null) {
    throw tokenHeader === undefined
      ? new ReportError('auth.required')
      : new ReportError('auth.token', { header: tokenHeader });
  }
  if (!principal.scopes.includes(scope)) throw new ReportError('auth.scope', { scope });
  return principal;
}

async function identify(authorization: string, accounts: Accounts): Promise<Principal | null> {
  const [scheme = '', credentials = '', ...more] = authorization.split(/ +/);
  if (more.length > 0) return null;
  if (scheme.toLowerCase() === 'bearer' && credentials !== '') return accounts.authenticateToken(credentials);
  if (scheme.toLowerCase() !== 'basic') return null;
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  // PostgreSQL rejects a NUL in the parameters of a statement.
  if (colon < 1 || decoded.includes('\0')) return null;
  return accounts.authenticatePassword(decoded.slice(0, colon), decoded.slice(colon + 1));
}

import type { Request, Response } from 'express';
import { ReportError, type Accounts, type Principal } from '@hourglass/reports';
import { clientAddress } from './client-address.ts';
import { clientGone } from './client-gone.ts';
import type { CheckPassword } from './remember-passwords.ts';
import type { GuardedRoute } from './route.ts';

export interface Credentials {
  readonly accounts: Pick<Accounts, 'authenticateToken'>;
  readonly checkPassword: CheckPassword;
}

/**
 * Authenticates by Basic (e-mail address and password) or Bearer (token), or by the bare token in
 * the route's `tokenHeader`, and checks the scope.
 * @throws ReportError `auth.scope`; `auth.required`, or with a `tokenHeader` `auth.token`, for
 * missing, malformed and wrong credentials alike; `auth.delayed` and `auth.busy` for passwords
 */
export async function authenticate(
  request: Request,
  response: Response,
  { scope, tokenHeader }: Pick<GuardedRoute, 'scope' | 'tokenHeader'>,
  credentials: Credentials,
): Promise<Principal> {
  const principal =
    tokenHeader === undefined
      ? await identify(request, response, credentials)
      : await credentials.accounts.authenticateToken(
          String(request.headers[tokenHeader.toLowerCase()] ?? ''),
        );
  if (principal === null) {
    throw tokenHeader === undefined
      ? new ReportError('auth.required')
      : new ReportError('auth.token', { header: tokenHeader });
  }
  if (!principal.scopes.includes(scope)) throw new ReportError('auth.scope', { scope });
  return principal;
}

async function identify(
  request: Request,
  response: Response,
  { accounts, checkPassword }: Credentials,
): Promise<Principal | null> {
  const [scheme = '', credentials = '', ...more] = (request.headers.authorization ?? '').split(/ +/);
  if (more.length > 0) return null;
  if (scheme.toLowerCase() === 'bearer' && credentials !== '') return accounts.authenticateToken(credentials);
  if (scheme.toLowerCase() !== 'basic') return null;
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  // PostgreSQL rejects a NUL in the parameters of a statement.
  if (colon < 1 || decoded.includes('\0')) return null;
  return checkPassword({
    email: decoded.slice(0, colon),
    password: decoded.slice(colon + 1),
    address: clientAddress(request),
    signal: clientGone(response),
  });
}

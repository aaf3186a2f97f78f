import { ReportError, type Accounts, type Principal, type Scope } from '@hourglass/reports';

/**
 * Basic (e-mail and password) or Bearer (token).
 * @throws ReportError `auth.required` alike for missing, malformed and wrong credentials, `auth.scope`.
 */
export async function authenticate(
  authorization: string | undefined,
  scope: Scope,
  accounts: Accounts,
): Promise<Principal> {
  const principal = await identify(authorization ?? '', accounts);
  if (principal === null) throw new ReportError('auth.required');
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
  // No e-mail address holds a NUL, and PostgreSQL would refuse to look for one.
  if (colon < 1 || decoded.includes('\0')) return null;
  return accounts.authenticatePassword(decoded.slice(0, colon), decoded.slice(colon + 1));
}

import type { Request, Response } from 'express';
import { ReportError, type Accounts, type Principal } from '@hourglass/reports';
import { clientAddress } from './client-address.ts';
import { clientGone } from './client-gone.ts';
import { notePrincipal } from './refusals.ts';
import type { CheckedPassword, CheckPassword } from './remember-passwords.ts';
import type { GuardedRoute } from './route.ts';
import { refusedCredentials, type SentCredentials } from './sent-credentials.ts';

export interface Credentials {
  readonly accounts: Pick<Accounts, 'authenticateToken'>;
  readonly checkPassword: CheckPassword;
}

/** A request with well-formed credentials. */
export interface SentRequest {
  readonly request: Request;
  readonly response: Response;
  readonly sent: SentCredentials;
}

/**
 * Verifies the credentials of a request and checks the scope.
 * @throws ReportError `auth.scope`; `organization.suspended`; for wrong credentials the same as for malformed ones;
 * for passwords `auth.second_factor`, `auth.delayed` and `auth.busy`
 */
export async function authenticate(
  { request, response, sent }: SentRequest,
  route: Pick<GuardedRoute, 'scope' | 'tokenHeader'>,
  { accounts, checkPassword }: Credentials,
): Promise<Principal> {
  const checked =
    sent.kind === 'token'
      ? ofToken(await accounts.authenticateToken(sent.token))
      : await checkPassword({
          email: sent.email,
          password: sent.password,
          address: clientAddress(request),
          // Made only for a password that is not remembered: its abort at the end takes 4 % of a poll.
          get signal() {
            return clientGone(response);
          },
        });
  if (checked === null) throw refusedCredentials(route);
  const { principal, hasSecondFactor } = checked;
  notePrincipal(response, principal);
  if (hasSecondFactor) throw new ReportError('auth.second_factor');
  const { organization, isSuspended } = principal;
  if (isSuspended) throw new ReportError('organization.suspended', { organization });
  const { scope } = route;
  if (!principal.scopes.includes(scope)) throw new ReportError('auth.scope', { scope });
  return principal;
}

/** A token was made with every factor that its maker needed. */
function ofToken(principal: Principal | null): CheckedPassword | null {
  return principal && { principal, hasSecondFactor: false };
}

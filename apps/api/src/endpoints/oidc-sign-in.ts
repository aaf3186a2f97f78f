import { signedIn } from '@hourglass/contract';
import {
  ReportError,
  signInExternally,
  type ExternalIdentity,
  type ExternalSignInPorts,
  type SignInRecords,
} from '@hourglass/reports';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { auditRequest } from '../http/audit.ts';
import { clientAddress } from '../http/client-address.ts';
import { clientGone } from '../http/client-gone.ts';
import { openRoute, type OpenRoute } from '../http/route.ts';
import type { Passwords } from '../passwords.ts';
import type { OidcProvider, PendingSignIn } from '../sign-in/oidc-provider.ts';
import type { SealedCookie } from '../sign-in/sealed-cookie.ts';
import { signedInViewOf } from '../sign-in/signed-in-view.ts';

/** Sign-in through an identity provider. */
export interface OidcSignIn extends Pick<ExternalSignInPorts, 'groupAccess'> {
  readonly provider: OidcProvider;
  readonly cookie: SealedCookie<PendingSignIn>;
  /** The URL to which the provider sends browsers. */
  readonly callbackUrl: string;
}

export interface OidcSignInPorts extends Pick<
  ExternalSignInPorts,
  'users' | 'tokens' | 'newToken' | 'newPassword'
> {
  /** Null: not configured. */
  readonly oidc: OidcSignIn | null;
  readonly signIns: Pick<SignInRecords, 'read'>;
  readonly passwords: Pick<Passwords, 'hashNew'>;
}

export const oidcPath = '/v1/signIn/oidc';
export const oidcCallbackPath = `${oidcPath}/callback`;
const tag = 'Sign-in';

/** `/v1/signIn/oidc`: for browsers, without credentials. */
export function oidcSignInRoutes(ports: OidcSignInPorts): readonly OpenRoute[] {
  return [beginRoute(ports), callbackRoute(ports)];
}

function beginRoute(ports: OidcSignInPorts): OpenRoute {
  return openRoute({
    method: 'get',
    path: oidcPath,
    operation: { id: 'beginOidcSignIn', tag, summary: 'Sign in through the identity provider' },
    responses: { 302: { description: 'To the page of the identity provider.' } },
    async handle({ response }) {
      const { provider, cookie } = configured(ports);
      const { url, pending } = await provider.begin();
      cookie.set(response, pending);
      response.status(302).set('Location', url.href).end();
    },
  });
}

/** The provider adds parameters of its own. */
function callbackRoute(ports: OidcSignInPorts): OpenRoute {
  return openRoute({
    method: 'get',
    path: oidcCallbackPath,
    readsOwnQuery: true,
    parameters: {
      state: z.string().optional().describe('From the request to the identity provider.'),
      code: z.string().optional().describe('Exchanged for the claims of the user.'),
      error: z.string().optional().describe('Why there is no code.'),
    },
    operation: { id: 'finishOidcSignIn', tag, summary: 'Return from the identity provider with a token' },
    responses: { 200: { description: 'A token for eight hours.', json: signedIn } },
    async handle({ request, response }) {
      const oidc = configured(ports);
      const pending = oidc.cookie.read(request);
      if (pending === null) throw new ReportError('sign_in.state');
      oidc.cookie.clear(response);
      const callback = new URL(oidc.callbackUrl);
      callback.search = new URL(request.originalUrl, oidc.callbackUrl).search;
      const identity = await oidc.provider.finish(callback, pending);
      const result = await signInExternally(identity, portsOf(identity, ports, request, response));
      response.json(signedInViewOf(result));
    },
  });
}

function portsOf(
  { email }: ExternalIdentity,
  ports: OidcSignInPorts,
  request: Request,
  response: Response,
): ExternalSignInPorts {
  const { users, tokens, newToken, newPassword, signIns, passwords } = ports;
  return {
    ...{ users, tokens, newToken, newPassword },
    groupAccess: configured(ports).groupAccess,
    findUser: async () => (await signIns.read(email, clientAddress(request))).user?.principal ?? null,
    hashPassword: (password) =>
      passwords.hashNew(password, { organization: 'of a new sign-in', signal: clientGone(response) }),
    audit(user, action, { organization, ...write }) {
      const { describe } = auditRequest(request, response, { email: user, tokenId: null, organization });
      return describe(action, { organization, ...write });
    },
  };
}

/** @throws ReportError `sign_in.not_configured` */
function configured({ oidc }: OidcSignInPorts): OidcSignIn {
  if (oidc === null) throw new ReportError('sign_in.not_configured');
  return oidc;
}

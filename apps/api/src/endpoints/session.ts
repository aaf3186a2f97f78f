import { sessionView, signInBody, type SessionView } from '@hourglass/contract';
import { deleteToken, type TokenStore } from '@hourglass/reports';
import { guardedRoute, jsonBody, openRoute, type GuardedRoute, type Route } from '../http/route.ts';
import type { SessionCookies } from '../http/session-cookie.ts';
import { signIn, signInMaxBodyBytes, type PasswordSignInRoutePorts } from './password-sign-in.ts';

export interface SessionPorts extends PasswordSignInRoutePorts {
  readonly tokens: TokenStore;
  readonly cookies: SessionCookies;
}

const path = '/v1/session';
const tag = 'Sign-in';

/** `/v1/session`: sign-in, caller and sign-out of a page in a browser. */
export function sessionRoutes(ports: SessionPorts): readonly Route[] {
  return [beginSession(ports), getSession(), endSession(ports)];
}

/** Always makes a new token, so that no attacker can choose the session of another person. */
function beginSession(ports: SessionPorts): Route {
  return openRoute({
    method: 'post',
    path,
    operation: { id: 'beginSession', tag, summary: 'Sign in with a password, and get the token in a cookie' },
    body: jsonBody(signInBody, {
      maxBytes: signInMaxBodyBytes,
      example: { email: 'joe@acme.example', password: 'the one of the user', code: '123456' },
    }),
    responses: {
      200: {
        description: 'The caller. A cookie for scripts of no page carries the token.',
        json: sessionView,
      },
    },
    async handle({ request, response, body }) {
      const { token, record, organization, role } = await signIn(ports, { request, response, body });
      const { email, scopes, expiresAt } = record;
      if (expiresAt === null) throw new Error('unreachable: the token of a sign-in does not expire');
      ports.cookies.set(request, response, { token, expires: expiresAt });
      const view: SessionView = { email, organization, role, scopes: [...scopes] };
      response.json(view);
    },
  });
}

function getSession(): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'read',
    operation: { id: 'getSession', tag, summary: 'Get the caller' },
    responses: { 200: { description: 'The user of the credentials and their rights.', json: sessionView } },
    async handle({ response, principal }) {
      const { email, organization, role, scopes } = principal;
      const view: SessionView = { email, organization, role, scopes: [...scopes] };
      response.json(view);
    },
  });
}

/** A password, which no session carries, ends nothing. */
function endSession({ tokens, cookies }: SessionPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path,
    scope: 'read',
    operation: { id: 'endSession', tag, summary: 'Sign out: revoke the token of this request' },
    responses: { 204: { description: 'The token is revoked, and the cookie removed.' } },
    async handle({ request, response, principal, audit }) {
      const { organization, tokenId } = principal;
      cookies.clear(request, response);
      if (tokenId !== null) {
        await deleteToken(
          principal,
          { id: tokenId },
          {
            tokens,
            organization,
            audit: ({ id, email: user, environment }) =>
              audit('token.delete', { environment, object: id, details: { user } }),
          },
        );
      }
      response.status(204).end();
    },
  });
}

import { sessionView, signInBody, type SessionView } from '@hourglass/contract';
import {
  beginTokenSession,
  deleteToken,
  ReportError,
  type TokenRecord,
  type TokenStore,
} from '@hourglass/reports';
import { z } from 'zod';
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
  return [beginSession(ports), beginSessionWithToken(ports), getSession(), endSession(ports)];
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

/**
 * The cookie gets a token of its own, so that signing out does not revoke the caller's. A cookie begins no session: it would last
 * for ever.
 */
function beginSessionWithToken({ tokens, newToken, cookies }: SessionPorts): GuardedRoute {
  return guardedRoute({
    method: 'put',
    path,
    scope: 'read',
    operation: {
      id: 'beginSessionWithToken',
      tag,
      summary: 'Begin a session with the token of this request, and get its own token in a cookie',
    },
    responses: { 200: { description: 'The caller.', json: sessionView } },
    async handle({ request, response, principal, audit }) {
      if (request.headers.authorization === undefined) throw new ReportError('auth.required');
      const token = newToken();
      const { expiresAt } = await beginTokenSession(principal, token, {
        tokens,
        audit: ({ id, email: user }) =>
          audit('token.create', { object: id, details: { user, signIn: 'token' } }),
      });
      if (expiresAt === null) throw new Error('unreachable: the token of a session does not expire');
      cookies.set(request, response, { token, expires: expiresAt });
      const { email, organization, role, scopes } = principal;
      const view: SessionView = { email, organization, role, scopes: [...scopes] };
      response.set('Cache-Control', 'no-store').json(view);
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

/** A password, which no session carries, ends nothing but, if it is asked to, every session of its user. */
function endSession({ tokens, cookies }: SessionPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path,
    scope: 'read',
    operation: { id: 'endSession', tag, summary: 'Sign out: revoke the token of this request' },
    parameters: {
      everywhere: z
        .enum(['true'])
        .optional()
        .describe('true: also revokes the tokens of all other sign-ins of the user.'),
    },
    responses: { 204: { description: 'The token is revoked, and the cookie removed.' } },
    async handle({ request, response, principal, audit, parameters }) {
      const { organization, email, tokenId, signIn: kind } = principal;
      const describe = ({ id, email: user, environment }: TokenRecord) =>
        audit('token.delete', { environment, object: id, details: { user } });
      cookies.clear(request, response);
      const isEverywhere = parameters.everywhere === 'true';
      if (isEverywhere) await tokens.deleteSignIns(organization, email, describe);
      if (tokenId !== null && !(isEverywhere && kind !== null))
        await deleteToken(principal, { id: tokenId }, { tokens, organization, audit: describe });
      response.status(204).end();
    },
  });
}

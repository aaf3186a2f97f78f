import {
  createdToken,
  createTokenBody,
  tokenList,
  type CreatedToken,
  type TokenView,
} from '@hourglass/contract';
import { createToken, deleteToken, type TokenRecord, type TokenStore } from '@hourglass/reports';
import { z } from 'zod';
import { scopeOf } from '../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

export interface TokenPorts {
  readonly tokens: TokenStore;
  readonly newToken: () => string;
}

const path = '/v1/organizations/:organization/tokens';
const tag = 'Tokens';
/** A hundred customer ids of the maximum length in any script fit. */
const maxBodyBytes = 131_072;

/** `…/tokens`: the tokens of all users of an organization. For administrators. */
export function tokenRoutes(ports: TokenPorts): readonly GuardedRoute[] {
  return [listTokens(ports), createTokenRoute(ports), deleteTokenRoute(ports)];
}

function listTokens({ tokens }: TokenPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'admin',
    allowsOperators: true,
    operation: { id: 'listTokens', tag, summary: 'List the tokens of all users, without their secrets' },
    responses: { 200: { description: 'All tokens, newest first.', json: tokenList } },
    async handle({ request, response }) {
      response.json({ tokens: (await tokens.list(scopeOf(request).organization)).map(tokenViewOf) });
    },
  });
}

/** The token belongs to the caller, or to the user of the organization that the body names. */
function createTokenRoute({ tokens, newToken }: TokenPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path,
    scope: 'admin',
    operation: { id: 'createToken', tag, summary: 'Create a token' },
    body: jsonBody(createTokenBody, {
      maxBytes: maxBodyBytes,
      example: { scopes: ['read', 'submit'], description: 'nightly report', expiresInSeconds: 7_776_000 },
    }),
    responses: {
      201: { description: 'The token. Only this response contains its secret.', json: createdToken },
    },
    async handle({ response, principal, body, audit }) {
      const { email = principal.email, scopes, description = null, expiresInSeconds = null } = body;
      const { environment = null, customers = [] } = body;
      const token = newToken();
      const created = await createToken(
        principal,
        { email, token, scopes, description, lifetimeSeconds: expiresInSeconds, environment, customers },
        {
          tokens,
          audit: ({ id, email: user }) => {
            const details = { user, scopes, customers: customers.length };
            return audit('token.create', { environment, object: id, details });
          },
        },
      );
      const responseBody: CreatedToken = { ...tokenViewOf(created), token };
      response.status(201).set('Cache-Control', 'no-store').json(responseBody);
    },
  });
}

function deleteTokenRoute({ tokens }: TokenPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${path}/:tokenId`,
    scope: 'admin',
    allowsOperators: true,
    operation: { id: 'deleteToken', tag, summary: 'Revoke a token immediately' },
    parameters: {
      withMade: z
        .enum(['true'])
        .optional()
        .describe('true: also revokes the tokens that were made with it, and those made with these.'),
    },
    responses: { 204: { description: 'The token is revoked.' } },
    async handle({ request, response, principal, audit, parameters }) {
      const { organization } = scopeOf(request);
      const id = String(request.params['tokenId']);
      const withMade = parameters.withMade === 'true';
      await deleteToken(
        principal,
        { id, withMade },
        {
          tokens,
          organization,
          audit: ({ id: object, email, environment }) =>
            audit('token.delete', { environment, object, details: { user: email } }),
        },
      );
      response.status(204).end();
    },
  });
}

function tokenViewOf({
  id,
  email,
  scopes,
  description,
  createdAt,
  expiresAt,
  madeBy,
  madeWith,
  lastUsedAt,
  environment,
  customers,
}: TokenRecord): TokenView {
  return {
    id,
    email,
    madeBy,
    madeWith,
    scopes: [...scopes],
    description,
    created: createdAt.toISOString(),
    expires: expiresAt?.toISOString() ?? null,
    lastUsed: lastUsedAt?.toISOString() ?? null,
    environment,
    customers: [...customers],
  };
}

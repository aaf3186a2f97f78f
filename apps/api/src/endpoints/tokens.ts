import {
  createdToken,
  createTokenBody,
  tokenList,
  type CreatedToken,
  type TokenView,
} from '@hourglass/contract';
import { createToken, deleteToken, type TokenRecord, type TokenStore } from '@hourglass/reports';
import type { AdminLog } from '../http/admin-log.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

export interface TokenPorts {
  readonly tokens: TokenStore;
  readonly newToken: () => string;
  readonly record: AdminLog;
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
    operation: { id: 'listTokens', tag, summary: 'List the tokens of all users, without their secrets' },
    responses: { 200: { description: 'All tokens, newest first.', json: tokenList } },
    async handle({ response, principal }) {
      response.json({ tokens: (await tokens.list(principal.organization)).map(tokenViewOf) });
    },
  });
}

/** The token belongs to the caller, or to the user of the organization that the body names. */
function createTokenRoute({ tokens, newToken, record }: TokenPorts): GuardedRoute {
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
    async handle({ response, principal, body }) {
      const { email = principal.email, scopes, description = null, expiresInSeconds = null } = body;
      const { environment = null, customers = [] } = body;
      const token = newToken();
      const created = await createToken(
        principal,
        { email, token, scopes, description, lifetimeSeconds: expiresInSeconds, environment, customers },
        tokens,
      );
      record({ principal, response }, 'token.create', {
        tokenId: created.id,
        user: created.email,
        scopes,
        environment,
        customers,
      });
      const responseBody: CreatedToken = { ...tokenViewOf(created), token };
      response.status(201).set('Cache-Control', 'no-store').json(responseBody);
    },
  });
}

function deleteTokenRoute({ tokens, record }: TokenPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${path}/:tokenId`,
    scope: 'admin',
    operation: { id: 'deleteToken', tag, summary: 'Revoke a token immediately' },
    responses: { 204: { description: 'The token is revoked.' } },
    async handle({ request, response, principal }) {
      const id = String(request.params['tokenId']);
      await deleteToken(principal, id, tokens);
      record({ principal, response }, 'token.delete', { tokenId: id });
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
  environment,
  customers,
}: TokenRecord): TokenView {
  return {
    id,
    email,
    madeBy,
    scopes: [...scopes],
    description,
    created: createdAt.toISOString(),
    expires: expiresAt?.toISOString() ?? null,
    environment,
    customers: [...customers],
  };
}

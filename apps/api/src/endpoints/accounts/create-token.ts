import { createdToken, createTokenBody, type CreatedToken } from '@hourglass/contract';
import { createToken } from '@hourglass/reports';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import type { AccountPorts } from './account-ports.ts';
import { tokensPath, tokensTag, tokenViewOf } from './token-view.ts';

/** For a hundred ids of customers in whatever script. */
const maxTokenBodyBytes = 131_072;

/** `POST …/tokens`, for administrators: of their own, or of another user. */
export function createTokenRoute({ tokens, newToken, record }: AccountPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: tokensPath,
    scope: 'admin',
    operation: { id: 'createToken', tag: tokensTag, summary: 'Make a token' },
    body: jsonBody(createTokenBody, {
      maxBytes: maxTokenBodyBytes,
      example: { scopes: ['read', 'submit'], description: 'nightly report', expiresInSeconds: 7_776_000 },
    }),
    responses: { 201: { description: 'The token, which is shown once.', json: createdToken } },
    async handle({ response, principal, body }) {
      const { email = principal.email, scopes, description = null, expiresInSeconds = null } = body;
      const { environment = null, customers = [] } = body;
      const token = newToken();
      const made = await createToken(
        principal,
        { email, token, scopes, description, lifetimeSeconds: expiresInSeconds, environment, customers },
        tokens,
      );
      const what = { tokenId: made.id, user: made.email, scopes, environment, customers };
      record({ principal, response }, 'token.create', what);
      const answer: CreatedToken = { ...tokenViewOf(made), token };
      response.status(201).set('Cache-Control', 'no-store').json(answer);
    },
  });
}

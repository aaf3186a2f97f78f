import { tokenList } from '@hourglass/contract';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import type { AccountPorts } from './account-ports.ts';
import { tokensPath, tokensTag, tokenViewOf } from './token-view.ts';

/** `GET …/tokens`, for administrators. */
export function listTokensRoute({ tokens }: AccountPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: tokensPath,
    scope: 'admin',
    operation: {
      id: 'listTokens',
      tag: tokensTag,
      summary: 'Tokens of all users, without the tokens themselves',
    },
    responses: { 200: { description: 'All of them, newest first.', json: tokenList } },
    async handle({ response, principal }) {
      response.json({ tokens: (await tokens.list(principal.organization)).map(tokenViewOf) });
    },
  });
}

import { deleteToken } from '@hourglass/reports';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import type { AccountPorts } from './account-ports.ts';
import { tokensPath, tokensTag } from './token-view.ts';

/** `DELETE …/tokens/{id}`, for administrators. */
export function deleteTokenRoute({ tokens, record }: AccountPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${tokensPath}/:tokenId`,
    scope: 'admin',
    operation: { id: 'deleteToken', tag: tokensTag, summary: 'Delete a token, which ends at once' },
    responses: { 204: { description: 'The token is no more.' } },
    async handle({ request, response, principal }) {
      const id = String(request.params['tokenId']);
      await deleteToken(principal, id, tokens);
      record({ principal, response }, 'token.delete', { tokenId: id });
      response.status(204).end();
    },
  });
}

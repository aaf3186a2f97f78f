import { ReportError, type PolledQueries } from '@hourglass/reports';
import { scopeOf } from '../http/find-tenant.ts';
import type { GuardedRoute } from '../http/route.ts';
import { queryStatusOf } from './query-status-view.ts';

/** `GET …/queries/{id}`: what a client polls. */
export function getQueryRoute(queries: PolledQueries): GuardedRoute {
  return {
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries/:id',
    scope: 'queries',
    parameters: [],
    jsonBodyBytes: null,
    async handle(request, response, { principal }) {
      const scope = scopeOf(request);
      const id = String(request.params['id']);
      const query = scope.organization === principal.organization ? await queries.poll(scope, id) : null;
      if (query === null) throw new ReportError('query.not_found', { id });
      response.set('Cache-Control', 'no-store').json(queryStatusOf(query, scope));
    },
  };
}

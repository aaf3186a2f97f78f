import { queryStatus } from '@hourglass/contract';
import type { PolledQueries } from '@hourglass/reports';
import { scopeOf } from '../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';
import { queryNotFound } from './find-query.ts';
import { polledStatusOf } from './query-status-view.ts';

/** `GET …/queries/{id}`: what a client polls. */
export function getQueryRoute(queries: PolledQueries): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries/:id',
    scope: 'read',
    missing: queryNotFound,
    operation: { id: 'getQuery', tag: 'Queries', summary: 'State of a query' },
    responses: { 200: { description: 'The query.', json: queryStatus } },
    read: (request) => queries.poll(scopeOf(request), String(request.params['id'])),
    async handle({ request, response, read: query }) {
      if (query === null) throw queryNotFound(request);
      response.set('Cache-Control', 'no-store').json(polledStatusOf(query, scopeOf(request)));
    },
  });
}

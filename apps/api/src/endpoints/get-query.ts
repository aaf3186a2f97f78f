import { queryStatus } from '@hourglass/contract';
import type { QueryStore } from '@hourglass/reports';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';
import { findQuery, queryNotFound } from './find-query.ts';
import { queryStatusOf } from './query-status-view.ts';

/** `GET …/queries/{id}`: what a client polls. */
export function getQueryRoute(queries: QueryStore): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries/:id',
    scope: 'read',
    missing: queryNotFound,
    operation: { id: 'getQuery', tag: 'Queries', summary: 'State of a query' },
    responses: { 200: { description: 'The query.', json: queryStatus } },
    async handle({ request, response }) {
      const record = await findQuery(request, queries);
      response.set('Cache-Control', 'no-store').json(queryStatusOf(record));
    },
  });
}

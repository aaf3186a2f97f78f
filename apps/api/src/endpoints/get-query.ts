import type { QueryStore } from '@hourglass/reports';
import type { GuardedRoute } from '../http/route.ts';
import { findQuery } from './find-query.ts';
import { queryStatusOf } from './query-status-view.ts';

/** `GET …/queries/{id}`: what a client polls. */
export function getQueryRoute(queries: QueryStore): GuardedRoute {
  return {
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries/:id',
    scope: 'queries',
    parameters: [],
    jsonBodyBytes: null,
    async handle(request, response, { principal }) {
      const record = await findQuery(request, principal, queries);
      response.set('Cache-Control', 'no-store').json(queryStatusOf(record));
    },
  };
}

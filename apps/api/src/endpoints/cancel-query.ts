import { cancelQuery, type QueryStore } from '@hourglass/reports';
import type { GuardedRoute } from '../http/route.ts';
import { findQuery } from './find-query.ts';
import { queryStatusOf } from './query-status-view.ts';

const queryPath = '/v1/organizations/:organization/environments/:environment/queries/:id';

/** `POST …/queries/{id}:cancel` and `DELETE …/queries/{id}`: two spellings of the same, as clients expect either. */
export function cancelQueryRoutes(queries: QueryStore): readonly GuardedRoute[] {
  const common: Omit<GuardedRoute, 'method' | 'path'> = {
    scope: 'queries',
    parameters: [],
    jsonBodyBytes: null,
    async handle(request, response, { principal }) {
      const record = await findQuery(request, principal, queries);
      const cancelled = await cancelQuery(record, queries);
      response.set('Cache-Control', 'no-store').json(queryStatusOf(cancelled, cancelled.plan.tenant));
    },
  };
  return [
    { ...common, method: 'post', path: `${queryPath}\\:cancel` },
    { ...common, method: 'delete', path: queryPath },
  ];
}

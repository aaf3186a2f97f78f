import { queryStatus } from '@hourglass/contract';
import { cancelQuery, type QueryStore } from '@hourglass/reports';
import { guardedRoute, type GuardedCall, type GuardedRoute } from '../http/route.ts';
import { findQuery, queryNotFound } from './find-query.ts';
import { queryStatusOf } from './query-status-view.ts';

const queryPath = '/v1/organizations/:organization/environments/:environment/queries/:id';

/** `POST …/queries/{id}:cancel` and `DELETE …/queries/{id}`: two spellings of the same, as clients expect either. */
export function cancelQueryRoutes(queries: QueryStore): readonly GuardedRoute[] {
  const summary = 'End a query that is enqueued or running';
  const common = {
    scope: 'submit',
    missing: queryNotFound,
    responses: { 200: { description: 'The query, cancelled.', json: queryStatus } },
    async handle({ request, response }: Pick<GuardedCall, 'request' | 'response'>) {
      const cancelled = await cancelQuery(await findQuery(request, queries), queries);
      response.set('Cache-Control', 'no-store').json(queryStatusOf(cancelled));
    },
  } as const;
  return [
    guardedRoute({
      ...common,
      method: 'post',
      path: `${queryPath}\\:cancel`,
      operation: { id: 'cancelQuery', tag: 'Queries', summary },
    }),
    guardedRoute({
      ...common,
      method: 'delete',
      path: queryPath,
      operation: { id: 'deleteQuery', tag: 'Queries', summary },
    }),
  ];
}

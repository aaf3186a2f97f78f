import { queryStatus } from '@hourglass/contract';
import { cancelQuery, type QueryStore } from '@hourglass/reports';
import { guardedRoute, type GuardedCall, type GuardedRoute } from '../http/route.ts';
import { queryNotFound } from './find-query.ts';
import type { QueryPlace } from './query-place.ts';
import { queryStatusOf } from './query-status-view.ts';

/** `POST …/queries/{id}:cancel` and `DELETE …/queries/{id}`: two spellings of the same, as clients expect either. */
export function cancelQueryRoutes(place: QueryPlace, queries: QueryStore): readonly GuardedRoute[] {
  const { path, tag, noun } = place;
  const summary = 'End a query that is enqueued or running';
  const common = {
    ...place.rateLimits,
    scope: 'submit',
    missing: queryNotFound,
    responses: { 200: { description: 'The query, cancelled.', json: queryStatus } },
    async handle({ request, response }: Pick<GuardedCall, 'request' | 'response'>) {
      const cancelled = await cancelQuery(await place.find(request, response), queries);
      response.set('Cache-Control', 'no-store').json(queryStatusOf(cancelled));
    },
  } as const;
  return [
    guardedRoute({
      ...common,
      method: 'post',
      path: `${path}/:id\\:cancel`,
      operation: { id: `cancel${noun}`, tag, summary },
    }),
    guardedRoute({
      ...common,
      method: 'delete',
      path: `${path}/:id`,
      operation: { id: `delete${noun}`, tag, summary },
    }),
  ];
}

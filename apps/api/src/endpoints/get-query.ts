import { queryStatus } from '@hourglass/contract';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';
import { queryNotFound } from './find-query.ts';
import type { QueryPlace } from './query-place.ts';
import { queryStatusOf } from './query-status-view.ts';

/** `GET …/queries/{id}`: what a client polls. */
export function getQueryRoute(place: QueryPlace): GuardedRoute {
  return guardedRoute({
    ...place.rateLimits,
    method: 'get',
    path: `${place.path}/:id`,
    scope: 'read',
    missing: queryNotFound,
    operation: { id: `get${place.noun}`, tag: place.tag, summary: 'State of a query' },
    responses: { 200: { description: 'The query.', json: queryStatus } },
    async handle({ request, response }) {
      const record = await place.find(request, response);
      response.set('Cache-Control', 'no-store').json(queryStatusOf(record));
    },
  });
}

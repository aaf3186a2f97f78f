import { queryStatus } from '@hourglass/contract';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';
import { sendJson, setHeaders } from '../http/send-json.ts';
import { queryNotFound } from './find-query.ts';
import type { QueryPlace } from './query-place.ts';
import { polledStatusOf, statusFor } from './query-status-view.ts';

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
    read: (request) => place.poll(request),
    async handle({ request, response, found }) {
      if (found === null) throw queryNotFound(request);
      setHeaders(response, found.headers);
      response.setHeader('Cache-Control', 'no-store');
      sendJson(response, statusFor(request, polledStatusOf(found.query)));
    },
  });
}

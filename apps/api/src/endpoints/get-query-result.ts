import type { ObjectStore } from '@hourglass/reports';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';
import { queryNotFound } from './find-query.ts';
import type { QueryPlace } from './query-place.ts';
import { archiveResponses, sendResult } from './send-result.ts';

/** `GET …/queries/{id}/result`: the archive, whole or the asked ranges. */
export function getQueryResultRoute(
  place: QueryPlace,
  ports: { objects: ObjectStore; nowMs: () => number },
): GuardedRoute {
  return guardedRoute({
    ...place.rateLimits,
    method: 'get',
    path: `${place.path}/:id/result`,
    scope: 'read',
    missing: queryNotFound,
    operation: { id: `get${place.noun}Result`, tag: place.tag, summary: 'The archive of a completed query' },
    responses: archiveResponses,
    async handle({ request, response }) {
      await sendResult(request, response, await place.find(request, response), ports);
    },
  });
}

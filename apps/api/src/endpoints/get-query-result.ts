import type { ObjectStore, QueryStore } from '@hourglass/reports';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';
import { findQuery, queryNotFound } from './find-query.ts';
import { archiveResponses, sendResult } from './send-result.ts';

/** `GET …/queries/{id}/result`: the archive, whole or the asked ranges. */
export function getQueryResultRoute(ports: {
  queries: QueryStore;
  objects: ObjectStore;
  nowMs: () => number;
}): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries/:id/result',
    scope: 'read',
    missing: queryNotFound,
    operation: { id: 'getQueryResult', tag: 'Queries', summary: 'The archive of a completed query' },
    responses: archiveResponses,
    async handle({ request, response }) {
      const record = await findQuery(request, ports.queries);
      await sendResult(request, response, record, ports);
    },
  });
}

import type { ObjectStore, QueryStore } from '@hourglass/reports';
import type { GuardedRoute } from '../http/route.ts';
import { findQuery } from './find-query.ts';
import { sendResult } from './send-result.ts';

/** `GET …/queries/{id}/result`: the archive, whole or the asked ranges. */
export function getQueryResultRoute(ports: {
  queries: QueryStore;
  objects: ObjectStore;
  nowMs: () => number;
}): GuardedRoute {
  return {
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries/:id/result',
    scope: 'queries',
    parameters: [],
    jsonBodyBytes: null,
    async handle(request, response, { principal }) {
      const record = await findQuery(request, principal, ports.queries);
      await sendResult(request, response, record, ports);
    },
  };
}

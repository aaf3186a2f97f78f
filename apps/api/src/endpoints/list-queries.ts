import type { QueryList } from '@hourglass/contract';
import type { QueryStore } from '@hourglass/reports';
import type { TenantFinder } from '../http/find-tenant.ts';
import type { GuardedRoute } from '../http/route.ts';
import { queryStatusOf } from './query-status-view.ts';

const maxQueries = 1000;

/** `GET …/queries`: the newest queries of the environment, at most a thousand. */
export function listQueriesRoute(findTenant: TenantFinder, queries: QueryStore): GuardedRoute {
  return {
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries',
    scope: 'queries',
    parameters: [],
    jsonBodyBytes: null,
    async handle(request, response, { principal }) {
      const tenant = await findTenant(request, principal);
      const records = await queries.list(tenant, maxQueries);
      const body: QueryList = { queries: records.map(queryStatusOf) };
      response.json(body);
    },
  };
}

import { queryList, type QueryList } from '@hourglass/contract';
import type { Catalogue } from '@hourglass/query';
import type { QueryStore } from '@hourglass/reports';
import type { TenantFinder } from '../http/find-tenant.ts';
import { pageToken, positionOf } from '../http/page-token.ts';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';
import { listCriteria, listParameters } from './list-parameters.ts';
import { listedQueryOf } from './query-status-view.ts';

/** `GET …/queries`: the environment's queries, newest first, by pages. */
export function listQueriesRoute(
  findTenant: TenantFinder,
  { catalogue, queries }: { catalogue: Catalogue; queries: QueryStore },
): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries',
    scope: 'read',
    operation: { id: 'listQueries', tag: 'Queries', summary: 'Queries of the environment, newest first' },
    parameters: listParameters(catalogue),
    responses: { 200: { description: 'A page of queries.', json: queryList } },
    async handle({ request, response, parameters }) {
      const tenant = await findTenant(request);
      const criteria = listCriteria(parameters);
      const listed = { ...criteria, environmentId: tenant.environmentId };
      const { pageSize, pageToken: token } = parameters;
      const after = token === undefined ? {} : { after: positionOf(token, listed) };
      // One more than the page tells whether there is another page.
      const found = await queries.list(tenant, { ...criteria, ...after }, pageSize + 1);
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      const body: QueryList = {
        queries: page.map(listedQueryOf),
        ...(last !== undefined && found.length > pageSize ? { nextPageToken: pageToken(last, listed) } : {}),
      };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}

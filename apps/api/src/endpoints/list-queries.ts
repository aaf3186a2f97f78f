import type { Request } from 'express';
import type { QueryList } from '@hourglass/contract';
import type { Catalogue } from '@hourglass/query';
import type { QueryStore } from '@hourglass/reports';
import type { TenantFinder } from '../http/find-tenant.ts';
import { pageToken, positionOf } from '../http/page-token.ts';
import { queryParameter } from '../http/query-parameter.ts';
import type { GuardedRoute } from '../http/route.ts';
import { listCriteria, pageSize } from './list-parameters.ts';
import { listedQueryOf } from './query-status-view.ts';

/** `GET …/queries`: the environment's queries, newest first, by pages. */
export function listQueriesRoute(
  findTenant: TenantFinder,
  { catalogue, queries }: { catalogue: Catalogue; queries: QueryStore },
): GuardedRoute {
  return {
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries',
    scope: 'queries',
    parameters: [
      'submittedBy',
      'status',
      'dataset',
      'from',
      'to',
      'inclQueriesWithoutReport',
      'pageSize',
      'pageToken',
    ],
    jsonBodyBytes: null,
    async handle(request, response, { principal }) {
      const tenant = await findTenant(request, principal);
      const criteria = listCriteria(request, catalogue);
      const listed = { ...criteria, environmentId: tenant.environmentId };
      const after = positionAsked(request, listed);
      const size = pageSize(request);
      // One more than the page tells whether there is another page.
      const found = await queries.list(
        tenant,
        { ...criteria, ...(after === undefined ? {} : { after }) },
        size + 1,
      );
      const page = found.slice(0, size);
      const last = page.at(-1);
      const body: QueryList = {
        queries: page.map(listedQueryOf),
        ...(last !== undefined && found.length > size ? { nextPageToken: pageToken(last, listed) } : {}),
      };
      response.set('Cache-Control', 'no-store').json(body);
    },
  };
}

function positionAsked(request: Request, listed: object) {
  const token = queryParameter(request, 'pageToken');
  return token === undefined ? undefined : positionOf(token, listed);
}

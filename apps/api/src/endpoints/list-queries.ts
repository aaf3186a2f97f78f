import { hostname, queryList, type QueryList } from '@hourglass/contract';
import type { Catalogue, Tenant } from '@hourglass/query';
import type { ListCriteria, QueryStore } from '@hourglass/reports';
import type { HostFinder } from '../http/find-host.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
import { pageToken, positionOf } from '../http/page-token.ts';
import { guardedRoute, type GuardedCall, type GuardedRoute } from '../http/route.ts';
import { listCriteria, listParameters } from './list-parameters.ts';
import type { QueryPlace } from './query-place.ts';
import { listedQueryOf, statusFor } from './query-status-view.ts';

interface ListPorts {
  readonly catalogue: Catalogue;
  readonly queries: QueryStore;
}

const responses = { 200: { description: 'A page of queries.', json: queryList } };

/** `GET …/queries`: the environment's queries, newest first, by pages. */
export function listQueriesRoute(
  place: QueryPlace,
  findTenant: TenantFinder,
  { catalogue, queries }: ListPorts,
): GuardedRoute {
  return guardedRoute({
    ...place.rateLimits,
    method: 'get',
    path: place.path,
    scope: 'read',
    operation: { id: 'listQueries', tag: place.tag, summary: 'Queries of the environment, newest first' },
    parameters: listParameters(catalogue),
    responses,
    async handle({ request, response, parameters }) {
      const tenant = await findTenant(request);
      await answerPage({ request, response }, queries, {
        tenant,
        criteria: { ...listCriteria(parameters), hostname: null },
        ...parameters,
      });
    },
  });
}

/** `GET …/hostQueries?envgroupHostname=`: the queries of one hostname, newest first, by pages. */
export function listHostQueriesRoute(
  place: QueryPlace,
  findHost: HostFinder,
  { catalogue, queries }: ListPorts,
): GuardedRoute {
  return guardedRoute({
    ...place.rateLimits,
    method: 'get',
    path: place.path,
    scope: 'read',
    operation: { id: 'listHostQueries', tag: place.tag, summary: 'Queries of a hostname, newest first' },
    parameters: {
      envgroupHostname: hostname.describe('The hostname that the queries were submitted to.'),
      ...listParameters(catalogue),
    },
    responses,
    async handle({ request, response, parameters }) {
      const { envgroupHostname } = parameters;
      const tenant = await findHost(request, response, envgroupHostname);
      await answerPage({ request, response }, queries, {
        tenant,
        criteria: { ...listCriteria(parameters), hostname: envgroupHostname },
        ...parameters,
      });
    },
  });
}

interface AskedPage {
  readonly tenant: Tenant;
  readonly criteria: ListCriteria;
  readonly pageSize: number;
  readonly pageToken?: string | undefined;
}

async function answerPage(
  { request, response }: Pick<GuardedCall, 'request' | 'response'>,
  queries: QueryStore,
  { tenant, criteria, pageSize, pageToken: token }: AskedPage,
): Promise<void> {
  const listed = { ...criteria, environmentId: tenant.environmentId };
  const after = token === undefined ? {} : { after: positionOf(token, listed) };
  // One more than the page tells whether there is another page.
  const found = await queries.list(tenant, { ...criteria, ...after }, pageSize + 1);
  const page = found.slice(0, pageSize);
  const last = page.at(-1);
  const body: QueryList = {
    queries: page.map((record) => statusFor(request, listedQueryOf(record))),
    ...(last !== undefined && found.length > pageSize ? { nextPageToken: pageToken(last, listed) } : {}),
  };
  response.set('Cache-Control', 'no-store').json(body);
}

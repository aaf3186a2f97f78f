import type { Request, Response } from 'express';
import {
  isUuid,
  ReportError,
  type PolledQueries,
  type PolledQuery,
  type QueryRecord,
  type QueryStore,
} from '@hourglass/reports';
import { scopeOf } from '../../http/find-tenant.ts';
import { rateLimitHeaders, type RateLimits } from '../../http/rate-limits.ts';
import type { Located, RouteScope } from '../../http/route-scopes.ts';
import type { GuardedRoute, HeaderValues } from '../../http/route.ts';

/**
 * The queries below an environment's path, or those submitted to the hostnames of an organization.
 * Every query belongs to an environment, but each collection shows only its own.
 */
export interface QueryCollection {
  readonly kind: RouteScope['kind'];
  /** Path of the collection; a query's path is `{path}/{id}`. */
  readonly path: string;
  /** Query parameters of the list that name the environment. */
  readonly scopeParameters: RouteScope['parameters'];
  readonly tag: string;
  /** Part of the operation ids. */
  readonly noun: 'Query' | 'HostQuery';
  /** Part of the operation id of the list. */
  readonly plural: 'Queries' | 'HostQueries';
  /** Spread into every route of the collection. */
  readonly rateLimits: Pick<GuardedRoute, 'prepareHeaders' | 'preparedHeaders'>;
  /** Finds the environment of a request without a query id. Throws as `RouteScope.locate` does. */
  locate(request: Request, response: Response, input: object): Promise<Located>;
  readonly locateByPath: RouteScope['locateByPath'];
  /**
   * Finds the query in the path.
   * @throws ReportError `query.not_found`
   */
  find(request: Request, response: Response): Promise<QueryRecord>;
  /**
   * Reads the status of the query in the path, and the rate limit headers unless `rateLimits`
   * prepares them.
   */
  poll(request: Request): Promise<{ readonly query: PolledQuery; readonly headers: HeaderValues } | null>;
}

/** The path names the environment, so every response has its rate limit headers. */
export function environmentQueries(
  { kind, prefix, parameters, locate, locateByPath }: RouteScope,
  queries: QueryStore & PolledQueries,
  rateLimits: RateLimits,
): QueryCollection {
  return {
    kind,
    path: `${prefix}/queries`,
    scopeParameters: parameters,
    tag: 'Queries',
    noun: 'Query',
    plural: 'Queries',
    rateLimits: {
      preparedHeaders: rateLimitHeaders,
      prepareHeaders: (request) => rateLimits(scopeOf(request)),
    },
    locate: (request, _response, input) => locate(request, input),
    locateByPath,
    find: (request) =>
      findQuery(request, async (id) => {
        const record = await queries.find(scopeOf(request), id);
        return record?.labels.hostname === undefined ? record : null;
      }),
    async poll(request) {
      const query = await queries.poll(scopeOf(request), String(request.params['id']));
      const isHere = query !== null && query.labels.hostname === undefined;
      return isHere ? { query, headers: {} } : null;
    },
  };
}

/**
 * The environment, and so its rate limit headers, is known only once the query or the hostname is
 * found.
 */
export function hostQueries(
  { kind, prefix, parameters, locate, locateByPath }: RouteScope,
  queries: QueryStore & PolledQueries,
  rateLimits: RateLimits,
): QueryCollection {
  return {
    kind,
    path: `${prefix}/hostQueries`,
    scopeParameters: parameters,
    tag: 'Host queries',
    noun: 'HostQuery',
    plural: 'HostQueries',
    rateLimits: { preparedHeaders: rateLimitHeaders },
    async locate(request, response, input) {
      const located = await locate(request, input);
      response.set(await rateLimits(located.tenant));
      return located;
    },
    locateByPath,
    async find(request, response) {
      const { organization } = scopeOf(request);
      const record = await findQuery(request, async (id) => {
        const found = await queries.find({ organization }, id);
        return found?.labels.hostname === undefined ? null : found;
      });
      response.set(await rateLimits(record.plan.tenant));
      return record;
    },
    async poll(request) {
      const { organization } = scopeOf(request);
      const query = await queries.poll({ organization }, String(request.params['id']));
      return query?.labels.hostname === undefined ? null : { query, headers: await rateLimits(query.scope) };
    },
  };
}

/** The same error for an unknown id and for another organization's query. */
export function queryNotFound(request: Request): ReportError {
  return new ReportError('query.not_found', { id: String(request.params['id']) });
}

/** @throws ReportError `query.not_found` */
async function findQuery(
  request: Request,
  find: (id: string) => Promise<QueryRecord | null>,
): Promise<QueryRecord> {
  const id = String(request.params['id']);
  const record = isUuid(id) ? await find(id.toLowerCase()) : null;
  if (record === null) throw queryNotFound(request);
  return record;
}

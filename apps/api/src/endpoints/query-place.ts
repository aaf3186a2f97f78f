import type { Request, Response } from 'express';
import type { PolledQueries, PolledQuery, QueryRecord, QueryStore } from '@hourglass/reports';
import { scopeOf } from '../http/find-tenant.ts';
import { rateLimitHeaders, type RateLimits } from '../http/rate-limits.ts';
import type { GuardedRoute, HeaderValues } from '../http/route.ts';
import { findQuery } from './find-query.ts';

/**
 * Where queries are submitted, listed and found: below an environment, or below the hosts of an organization. They
 * are queries of an environment in either case, but neither place shows those of the other.
 */
export interface QueryPlace {
  /** Of the list; a query is below it. */
  readonly path: string;
  readonly tag: string;
  /** Part of the operations' ids. */
  readonly noun: 'Query' | 'HostQuery';
  /** Spread into every route of the place. */
  readonly rateLimits: Pick<GuardedRoute, 'prepareHeaders' | 'preparedHeaders'>;
  /**
   * The query that the path names.
   * @throws ReportError `query.not_found`
   */
  find(request: Request, response: Response): Promise<QueryRecord>;
  /** The same as a poll shows it, with headers that the path alone does not tell. Null: there is none. */
  poll(request: Request): Promise<{ readonly query: PolledQuery; readonly headers: HeaderValues } | null>;
}

/** The path names the environment, so that all answers have the headers about its limits. */
export function environmentQueries(queries: QueryStore & PolledQueries, rateLimits: RateLimits): QueryPlace {
  return {
    path: '/v1/organizations/:organization/environments/:environment/queries',
    tag: 'Queries',
    noun: 'Query',
    rateLimits: {
      preparedHeaders: rateLimitHeaders,
      prepareHeaders: (request) => rateLimits(scopeOf(request)),
    },
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

/** The environment is known once the query, or the hostname of a request without one, was found. */
export function hostQueries(queries: QueryStore & PolledQueries, rateLimits: RateLimits): QueryPlace {
  return {
    path: '/v1/organizations/:organization/hostQueries',
    tag: 'Host queries',
    noun: 'HostQuery',
    rateLimits: { preparedHeaders: rateLimitHeaders },
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

import type { Request, Response } from 'express';
import type { QueryRecord, QueryStore } from '@hourglass/reports';
import { scopeOf } from '../http/find-tenant.ts';
import { rateLimitHeaders, type ShowRateLimits } from '../http/rate-limits.ts';
import type { GuardedRoute } from '../http/route.ts';
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
  readonly rateLimits: Pick<GuardedRoute, 'prepare' | 'preparedHeaders'>;
  /**
   * The query that the path names.
   * @throws ReportError `query.not_found`
   */
  find(request: Request, response: Response): Promise<QueryRecord>;
}

/** The path names the environment, so that all answers have the headers about its limits. */
export function environmentQueries(queries: QueryStore, showRateLimits: ShowRateLimits): QueryPlace {
  return {
    path: '/v1/organizations/:organization/environments/:environment/queries',
    tag: 'Queries',
    noun: 'Query',
    rateLimits: {
      preparedHeaders: rateLimitHeaders,
      prepare: (request, response) => showRateLimits(response, scopeOf(request)),
    },
    find: (request) =>
      findQuery(request, async (id) => {
        const record = await queries.find(scopeOf(request), id);
        return record?.labels.hostname === undefined ? record : null;
      }),
  };
}

/** The environment is known once the query, or the hostname of a request without one, was found. */
export function hostQueries(queries: QueryStore, showRateLimits: ShowRateLimits): QueryPlace {
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
      await showRateLimits(response, record.plan.tenant);
      return record;
    },
  };
}

import type { FactStore } from '@hourglass/facts';
import type { ApiMetrics } from '@hourglass/platform';
import type { Catalogue } from '@hourglass/query';
import type {
  Accounts,
  Doorbell,
  LimitStore,
  ObjectStore,
  PolledQueries,
  QueryStore,
  SigningKeys,
  SubmissionLimits,
} from '@hourglass/reports';
import { cancelQueryRoutes } from './endpoints/cancel-query.ts';
import { documentationRoutes } from './endpoints/documentation.ts';
import { environmentLimitsRoutes } from './endpoints/environment-limits.ts';
import { getQueryRoute } from './endpoints/get-query.ts';
import { getQueryResultRoute } from './endpoints/get-query-result.ts';
import { healthRoute, metricsRoute } from './endpoints/health.ts';
import { listQueriesRoute } from './endpoints/list-queries.ts';
import { organizationRoutes } from './endpoints/organizations.ts';
import { postFactsRoute } from './endpoints/post-facts.ts';
import { readyRoute } from './endpoints/ready.ts';
import { linkedResultRoute, resultUrlRoute } from './endpoints/result-url.ts';
import { submitQueryRoute } from './endpoints/submit-query.ts';
import { tenantFinder } from './http/find-tenant.ts';
import { rateLimitsOf, withRateLimits } from './http/rate-limits.ts';
import type { Route } from './http/route.ts';

export interface RouteServices {
  readonly catalogue: Catalogue;
  readonly database: {
    readonly queries: QueryStore & PolledQueries;
    readonly facts: FactStore;
    readonly accounts: Accounts;
    readonly signingKeys: SigningKeys;
    readonly limits: LimitStore;
    check(): Promise<void>;
  };
  readonly doorbell: Doorbell;
  readonly objects: ObjectStore;
  readonly metrics: ApiMetrics;
  readonly publicUrl: string | null;
  readonly limits: SubmissionLimits;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

/** Everything the API answers, in one list. */
export function createRoutes(services: RouteServices): readonly Route[] {
  const { catalogue, database, doorbell, objects, metrics, limits, publicUrl, nowMs, newId } = services;
  const { queries, facts, accounts, signingKeys } = database;
  const resultUrl = { queries, objects, signingKeys, nowMs, publicUrl };
  const findTenant = tenantFinder(accounts);
  const rateLimits = rateLimitsOf(queries, limits);
  const routes = [
    healthRoute(),
    readyRoute([
      { name: 'database', check: () => database.check() },
      { name: 'queue', check: () => doorbell.check() },
      { name: 'object store', check: () => objects.check() },
    ]),
    metricsRoute(metrics),
    ...organizationRoutes(accounts),
    ...withRateLimits(rateLimits, [
      submitQueryRoute(findTenant, { catalogue, queries, doorbell, limits, nowMs, newId }, metrics),
      listQueriesRoute(findTenant, { catalogue, queries }),
      ...cancelQueryRoutes(queries),
      getQueryRoute(queries),
      getQueryResultRoute({ queries, objects, nowMs }),
      resultUrlRoute(resultUrl),
    ]),
    linkedResultRoute(resultUrl),
    ...environmentLimitsRoutes(findTenant, { own: database.limits, limits }),
    postFactsRoute(findTenant, { catalogue, facts, metrics, nowMs }),
  ];
  return [...routes, ...documentationRoutes(routes)];
}

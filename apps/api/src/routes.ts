import type { FactStore } from '@hourglass/facts';
import type { ApiMetrics } from '@hourglass/platform';
import type { Catalogue } from '@hourglass/query';
import type {
  Accounts,
  ArchiveReader,
  Doorbell,
  HostnameStore,
  LimitStore,
  ObjectStore,
  QueryStore,
  SigningKeys,
  SubmissionLimits,
} from '@hourglass/reports';
import { cancelQueryRoutes } from './endpoints/cancel-query.ts';
import { documentationRoutes } from './endpoints/documentation.ts';
import { environmentHostnamesRoutes } from './endpoints/environment-hostnames.ts';
import { environmentLimitsRoutes } from './endpoints/environment-limits.ts';
import { getQueryRoute } from './endpoints/get-query.ts';
import { getQueryResultRoute } from './endpoints/get-query-result.ts';
import { getResultViewRoute } from './endpoints/get-result-view.ts';
import { healthRoute, metricsRoute } from './endpoints/health.ts';
import { listHostQueriesRoute, listQueriesRoute } from './endpoints/list-queries.ts';
import { organizationRoutes } from './endpoints/organizations.ts';
import { postFactsRoute } from './endpoints/post-facts.ts';
import { environmentQueries, hostQueries } from './endpoints/query-place.ts';
import { readyRoute } from './endpoints/ready.ts';
import { linkedResultRoute, resultUrlRoute } from './endpoints/result-url.ts';
import { submitHostQueryRoute, submitQueryRoute } from './endpoints/submit-query.ts';
import { hostFinder } from './http/find-host.ts';
import { tenantFinder } from './http/find-tenant.ts';
import { showRateLimitsOf } from './http/rate-limits.ts';
import type { Route } from './http/route.ts';

export interface RouteServices {
  readonly catalogue: Catalogue;
  readonly database: {
    readonly queries: QueryStore;
    readonly facts: FactStore;
    readonly accounts: Accounts;
    readonly signingKeys: SigningKeys;
    readonly limits: LimitStore;
    readonly hostnames: HostnameStore;
    check(): Promise<void>;
  };
  readonly doorbell: Doorbell;
  readonly objects: ObjectStore;
  readonly archives: ArchiveReader;
  readonly metrics: ApiMetrics;
  readonly publicUrl: string | null;
  readonly limits: SubmissionLimits;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

/** Everything the API answers, in one list. */
export function createRoutes(services: RouteServices): readonly Route[] {
  const { catalogue, database, doorbell, objects, archives, metrics, limits, publicUrl, nowMs, newId } =
    services;
  const { queries, facts, accounts, signingKeys, hostnames } = database;
  const resultUrl = { queries, objects, signingKeys, nowMs, publicUrl };
  const findTenant = tenantFinder(accounts);
  const showRateLimits = showRateLimitsOf(queries, limits);
  const findHost = hostFinder(hostnames, showRateLimits);
  const ofEnvironment = environmentQueries(queries, showRateLimits);
  const ofHosts = hostQueries(queries, showRateLimits);
  const submitting = { catalogue, queries, doorbell, limits, nowMs, newId, metrics };
  const routes = [
    healthRoute(),
    readyRoute([
      { name: 'database', check: () => database.check() },
      { name: 'queue', check: () => doorbell.check() },
      { name: 'object store', check: () => objects.check() },
    ]),
    metricsRoute(metrics),
    ...organizationRoutes(accounts),
    submitQueryRoute(ofEnvironment, findTenant, submitting),
    submitHostQueryRoute(ofHosts, findHost, submitting),
    listQueriesRoute(ofEnvironment, findTenant, { catalogue, queries }),
    listHostQueriesRoute(ofHosts, findHost, { catalogue, queries }),
    ...[ofEnvironment, ofHosts].flatMap((place) => [
      ...cancelQueryRoutes(place, queries),
      getQueryRoute(place),
      getQueryResultRoute(place, { objects, nowMs }),
    ]),
    resultUrlRoute(ofEnvironment, resultUrl),
    getResultViewRoute(ofHosts, { catalogue, objects, archives, nowMs }),
    linkedResultRoute(resultUrl),
    ...environmentHostnamesRoutes(findTenant, hostnames),
    ...environmentLimitsRoutes(findTenant, { own: database.limits, limits }),
    postFactsRoute(findTenant, { catalogue, facts, metrics, nowMs }),
  ];
  return [...routes, ...documentationRoutes(routes)];
}

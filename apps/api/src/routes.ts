import { accessKeyRoutes } from './endpoints/access-keys.ts';
import { auditRoutes } from './endpoints/audit.ts';
import { batchRoutes } from './endpoints/batches.ts';
import { consumptionRoutes } from './endpoints/consumption/consumption.ts';
import { customFieldRoutes } from './endpoints/custom-fields.ts';
import { dataCollectorRoutes } from './endpoints/data-collectors.ts';
import { deleteFactsRoute } from './endpoints/delete-facts.ts';
import { documentationRoutes } from './endpoints/documentation.ts';
import { environmentHostnamesRoutes } from './endpoints/environment-hostnames.ts';
import { environmentLimitsRoutes } from './endpoints/environment-limits.ts';
import { environmentRetentionRoutes } from './endpoints/environment-retention.ts';
import { exchangeRateRoutes } from './endpoints/exchange-rates.ts';
import { postFactsRoute } from './endpoints/facts.ts';
import { instrumentsRoutes } from './endpoints/instruments/instruments.ts';
import { operatorOrganizationRoutes } from './endpoints/operator-organizations.ts';
import { oidcSignInRoutes } from './endpoints/oidc-sign-in.ts';
import { listOrdersInEnvironmentRoute } from './endpoints/orders/environment-orders.ts';
import { listOrdersRoute } from './endpoints/orders/signed-orders.ts';
import { organizationCeilingsRoutes } from './endpoints/organization-ceilings.ts';
import { organizationRoutes } from './endpoints/organizations.ts';
import { passwordSignInRoute } from './endpoints/password-sign-in.ts';
import { listQueriesRoute } from './endpoints/queries/list-queries.ts';
import { getManifestKeyRoute } from './endpoints/queries/manifest-key.ts';
import { submitMintReportRoute } from './endpoints/queries/mint-reports.ts';
import { environmentQueries, hostQueries } from './endpoints/queries/query-collections.ts';
import { deliveryPortsOf, queryDeliveryRoutes } from './endpoints/queries/query-deliveries.ts';
import { queriesEventsRoute, queryEventsRoute } from './endpoints/queries/query-events.ts';
import { getQuerySubmissionRoute } from './endpoints/queries/query-submission.ts';
import { cancelQueryRoutes, getQueryRoute } from './endpoints/queries/query.ts';
import { createResultLinkRoute, openResultLinkRoute } from './endpoints/queries/result-links.ts';
import { getResultRowsRoute } from './endpoints/queries/result-rows.ts';
import { getResultRoute } from './endpoints/queries/results.ts';
import { submitQueryRoute } from './endpoints/queries/submit-queries.ts';
import { resultLinksRoutes } from './endpoints/result-links.ts';
import { runReportRoute } from './endpoints/saved-reports/run-report.ts';
import { savedReportRoutes } from './endpoints/saved-reports/saved-reports.ts';
import { runScheduleRoute } from './endpoints/schedules/run-schedule.ts';
import { listScheduleRunsRoute } from './endpoints/schedules/schedule-runs.ts';
import { scheduleRoutes } from './endpoints/schedules/schedules.ts';
import { getSchemaRoute } from './endpoints/schema.ts';
import { secondFactorRoutes } from './endpoints/second-factors.ts';
import { serviceRoutes, type Dependency } from './endpoints/service.ts';
import { sessionRoutes } from './endpoints/session.ts';
import { openSharedViewRoutes } from './endpoints/shared-views/open-shared-view.ts';
import { sharedViewRoutes } from './endpoints/shared-views/shared-views.ts';
import { statsRoutes } from './endpoints/stats/stats.ts';
import { tokenRoutes } from './endpoints/tokens.ts';
import { usageRoutes } from './endpoints/usage/usage.ts';
import { userRoutes } from './endpoints/users.ts';
import { webhookRoutes } from './endpoints/webhooks/webhook-endpoints.ts';
import { tenantFinder } from './http/find-tenant.ts';
import { createQueueViews } from './queue/queue-views.ts';
import { rateLimitsOf, type RateLimits } from './http/rate-limits.ts';
import { environmentScope, hostScope } from './http/route-scopes.ts';
import type { Route } from './http/route.ts';
import { signatureCheck } from './http/signed-request.ts';
import type { RouteServices } from './route-services.ts';

/** Every route of the API, in matching order. */
export function createRoutes(services: RouteServices): readonly Route[] {
  const routes = [
    // Express tries paths in this order, and polls are the most frequent requests.
    ...queryRoutes(services),
    ...serviceRoutes(dependenciesOf(services), services.metrics, services.metricsToken),
    ...administrationRoutes(services),
    ...statisticsRoutes(services),
    ...ingestRoutes(services),
  ];
  return [...routes, ...documentationRoutes(routes)];
}

function queryRoutes(services: RouteServices): readonly Route[] {
  const { catalogue, database, objects, archives, limits, nowMs } = services;
  const { queries, accounts, audit, hostnames, signingKeys } = database;
  const rateLimits = rateLimitsOf(queries, limits);
  const inEnvironment = environmentQueries(environmentScope(tenantFinder(accounts)), queries, rateLimits);
  const atHosts = hostQueries(hostScope(hostnames), queries, rateLimits);
  const collections = [inEnvironment, atHosts];
  const submission = submissionOf(services);
  const links = { queries, objects, audit, signingKeys, nowMs, publicUrl: services.publicUrl };
  const resultLinks = { ...links, resultLinks: database.resultLinks };
  const events = { ...services.waiting, events: database.queryEvents };
  const queue = createQueueViews({ queue: database.queue, nowMs });
  return [
    // Before `…/queries/:id`, whose pattern matches their path.
    ...collections.map((collection) => queriesEventsRoute(collection, events)),
    ...collections.flatMap((collection) => [
      ...cancelQueryRoutes(collection, queries),
      getQueryRoute(collection, { ...services.waiting, queue }),
      queryEventsRoute(collection, events),
      getResultRoute(collection, { objects, nowMs, audit }),
      getResultRowsRoute(collection, { catalogue, objects, archives, nowMs, audit }),
    ]),
    ...collections.flatMap((collection) => [
      submitQueryRoute(collection, submission),
      listQueriesRoute(collection, { catalogue, queries, queue }),
    ]),
    submitMintReportRoute({ ...submission, accounts }, rateLimits),
    ...reportRoutes(services, rateLimits),
    getQuerySubmissionRoute(inEnvironment),
    ...queryDeliveryRoutes(inEnvironment, deliveryPortsOf(services)),
    createResultLinkRoute(inEnvironment, resultLinks),
    openResultLinkRoute(resultLinks),
    getManifestKeyRoute(services.manifestKey),
  ];
}

/** The parts that submit queries. */
function submissionOf(services: RouteServices) {
  const { catalogue, engines, database, doorbell, metrics, limits, nowMs, newId } = services;
  const { queries, customFields, scans } = database;
  return {
    ...{ catalogue, engines, customFields, queries, doorbell, limits, nowMs, newId, metrics, scans },
    semaphore: services.recordReadSemaphore,
  };
}

/** Saved reports, and what runs them: requests, schedules and shared views. */
function reportRoutes(services: RouteServices, rateLimits: RateLimits): readonly Route[] {
  const { database, objects, archives, publicUrl, turns } = services;
  const { accounts, audit, savedReports: reports } = database;
  const submission = { ...submissionOf(services), reports };
  const findTenant = tenantFinder(accounts);
  const schedules = {
    ...{ ...submission, ...deliveryPortsOf(services), schedules: database.schedules, turns },
    defaultMaxSchedules: services.scheduleLimits.schedules,
  };
  const sharedViews = {
    ...{ ...submission, sharedViews: database.sharedViews, publicUrl, turns },
    newSecret: services.newSharedViewSecret,
  };
  return [
    ...savedReportRoutes({ ...submission, turns }),
    runReportRoute(findTenant, submission, rateLimits),
    // Before `…/schedules/:schedule`, whose pattern matches its path.
    runScheduleRoute(findTenant, schedules, rateLimits),
    ...scheduleRoutes(findTenant, schedules),
    listScheduleRunsRoute(findTenant, schedules),
    ...sharedViewRoutes(findTenant, sharedViews),
    ...openSharedViewRoutes({ ...sharedViews, ...{ objects, archives, audit } }),
  ];
}

function dependenciesOf({ database, doorbell, objects }: RouteServices): readonly Dependency[] {
  return [
    { name: 'database', required: true, check: () => database.check() },
    // Submissions succeed without the queue; they start within seconds of its recovery.
    { name: 'queue', required: false, check: () => doorbell.check() },
    { name: 'object store', required: true, check: () => objects.check() },
  ];
}

function administrationRoutes(services: RouteServices): readonly Route[] {
  const { catalogue, database, limits, retentionDays, counting } = services;
  const { passwords, newPassword, newToken, newRecoveryCode, newAccessKey, secretKey, totp } = services;
  const { defaultCeilings } = services;
  const { accounts, organizations, users, tokens, customFields, accessKeys, hostnames, signIns } = database;
  const settings = database.environmentSettings;
  const codes = { secondFactors: database.secondFactors, totp, secretKey };
  const passwordSignIn = { ...codes, tokens, newToken, signIns, passwords };
  const removal = { ...counting, deletions: database.expiredFacts };
  const findTenant = tenantFinder(accounts);
  return [
    // Before `/v1/organizations/:organization`, whose pattern matches its paths.
    ...auditRoutes({ audit: database.audit }),
    ...operatorOrganizationRoutes({ overviews: database.organizationOverviews, organizations }),
    ...organizationRoutes({ accounts, organizations, passwords, newPassword, newToken }),
    ...userRoutes({ users, passwords, newPassword }),
    ...secondFactorRoutes({ ...codes, passwords, newRecoveryCode }),
    passwordSignInRoute(passwordSignIn),
    ...sessionRoutes({ ...passwordSignIn, tokens, cookies: services.cookies }),
    ...tokenRoutes({ tokens, newToken }),
    ...oidcSignInRoutes({ users, tokens, passwords, newPassword, newToken, signIns, oidc: services.oidc }),
    ...resultLinksRoutes({ resultLinks: database.resultLinks }),
    ...exchangeRateRoutes(database.exchangeRates),
    ...environmentHostnamesRoutes(findTenant, hostnames),
    ...environmentLimitsRoutes(findTenant, {
      ...{ settings, defaultCeilings, limits: { ...limits, ...services.scheduleLimits } },
    }),
    ...environmentRetentionRoutes(findTenant, { settings, retentionDays, defaultCeilings, removal }),
    ...organizationCeilingsRoutes({ ceilings: database.ceilings, defaultCeilings }),
    ...accessKeyRoutes(findTenant, { accessKeys, secretKey, newAccessKey }),
    ...customFieldRoutes(findTenant, { catalogue, customFields }),
    ...dataCollectorRoutes({ catalogue, dataCollectors: database.dataCollectors }),
    getSchemaRoute(findTenant, { catalogue, customFields }),
    ...webhookRoutes(findTenant, {
      ...{ webhooks: database.webhooks, targets: services.targets, secretKey },
      ...{ newId: services.newId, nowMs: services.nowMs },
    }),
  ];
}

/** Routes that compute or read their response while the client waits. */
function statisticsRoutes(services: RouteServices): readonly Route[] {
  const { catalogue, database, nowMs, newId, timeZone, secretKey, turns } = services;
  const { recordReadSemaphore: semaphore } = services;
  const { accounts, customFields, hostnames, accessKeys, orders, consumption, instruments } = database;
  const { queries, usage } = database;
  const stats = { catalogue, customFields, ...services.stats, turns, nowMs, newId };
  const orderPage = { orders, semaphore, turns };
  return [
    ...statsRoutes(environmentScope(tenantFinder(accounts)), stats),
    ...statsRoutes(hostScope(hostnames), stats),
    listOrdersRoute(orderPage, signatureCheck({ accessKeys, secretKey, nowMs })),
    listOrdersInEnvironmentRoute(tenantFinder(accounts), orderPage),
    ...consumptionRoutes({ accounts, consumption, semaphore, turns }),
    ...instrumentsRoutes({ accounts, instruments, timeZone, semaphore }),
    ...usageRoutes(tenantFinder(accounts), {
      ...{ queries, usage, settings: database.environmentSettings, semaphore, nowMs },
      limits: { ...services.limits, ...services.scheduleLimits },
    }),
  ];
}

function ingestRoutes(services: RouteServices): readonly Route[] {
  const { catalogue, database, sealingPace, bulk, uploads, factTimes, metrics, nowMs } = services;
  const { accounts, customFields, facts, batches, deletions } = database;
  const ports = { catalogue, customFields, facts, sealingPace, bulk, uploads, factTimes, metrics, nowMs };
  const findTenant = tenantFinder(accounts);
  const removal = { ...services.counting, onUncounted: services.onUncounted };
  return [
    postFactsRoute(findTenant, ports),
    deleteFactsRoute(findTenant, { catalogue, removal, deletions }),
    ...batchRoutes(findTenant, { catalogue, batches, removal, deletions }),
  ];
}

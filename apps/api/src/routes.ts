import type { ManifestKey } from '@hourglass/contract';
import type { BulkPorts, FactStore, SealingPace } from '@hourglass/facts';
import type { ApiMetrics } from '@hourglass/platform';
import type { Catalogue } from '@hourglass/query';
import type {
  AccessKeyStore,
  Accounts,
  ArchiveReader,
  ConsumptionStore,
  CustomFieldStore,
  Doorbell,
  EnvironmentSettingsStore,
  ExchangeRateStore,
  HostnameStore,
  InstrumentStore,
  ObjectStore,
  OrderStore,
  OrganizationStore,
  PolledQueries,
  QueryStore,
  ScanEstimates,
  RunStatsPorts,
  SigningKeys,
  SubmissionLimits,
  TokenStore,
  Semaphore,
  UserStore,
} from '@hourglass/reports';
import { changeAccessKeyRoute } from './endpoints/access-keys/change-access-key.ts';
import { createAccessKeyRoute } from './endpoints/access-keys/create-access-key.ts';
import { listAccessKeysRoute } from './endpoints/access-keys/list-access-keys.ts';
import { accountRoutes } from './endpoints/accounts/account-routes.ts';
import { cancelQueryRoutes } from './endpoints/cancel-query.ts';
import { changeCustomFieldsRoute } from './endpoints/custom-fields/change-custom-fields.ts';
import { consumptionRoutes } from './endpoints/consumption/consumption-routes.ts';
import { declareCustomFieldRoute } from './endpoints/custom-fields/declare-custom-field.ts';
import { deleteCustomFieldRoute } from './endpoints/custom-fields/delete-custom-field.ts';
import { listCustomFieldsRoute } from './endpoints/custom-fields/list-custom-fields.ts';
import { documentationRoutes } from './endpoints/documentation.ts';
import { environmentHostnamesRoutes } from './endpoints/environment-hostnames.ts';
import { instrumentsRoutes } from './endpoints/instruments/instruments-routes.ts';
import { environmentLimitsRoutes } from './endpoints/environment-limits.ts';
import { environmentRetentionRoutes } from './endpoints/environment-retention.ts';
import { exchangeRateRoutes } from './endpoints/exchange-rates.ts';
import { getManifestKeyRoute } from './endpoints/get-manifest-key.ts';
import { getQueryRoute } from './endpoints/get-query.ts';
import { getQueryResultRoute } from './endpoints/get-query-result.ts';
import { getSchemaRoute } from './endpoints/get-schema.ts';
import { getResultViewRoute } from './endpoints/get-result-view.ts';
import { healthRoute, metricsRoute } from './endpoints/health.ts';
import { listHostQueriesRoute, listQueriesRoute } from './endpoints/list-queries.ts';
import { listOrdersRoute } from './endpoints/orders/list-orders.ts';
import { organizationRoutes } from './endpoints/organizations.ts';
import { postFactsRoute } from './endpoints/post-facts.ts';
import { environmentQueries, hostQueries } from './endpoints/query-place.ts';
import { readyRoute } from './endpoints/ready.ts';
import { linkedResultRoute, resultUrlRoute } from './endpoints/result-url.ts';
import { hostStatsRoutes } from './endpoints/stats/get-host-stats.ts';
import { statsRoutes } from './endpoints/stats/get-stats.ts';
import { submitMintReportRoute } from './endpoints/submit-mint-report.ts';
import { submitHostQueryRoute, submitQueryRoute } from './endpoints/submit-query.ts';
import type { AdminLog } from './http/admin-log.ts';
import { hostFinder } from './http/find-host.ts';
import { tenantFinder } from './http/find-tenant.ts';
import { rateLimitsOf } from './http/rate-limits.ts';
import type { Route } from './http/route.ts';
import { signatureCheck } from './http/signed-request.ts';

export interface RouteServices {
  readonly catalogue: Catalogue;
  readonly database: {
    readonly queries: QueryStore & PolledQueries;
    readonly scans: ScanEstimates;
    readonly facts: FactStore;
    readonly accounts: Accounts;
    readonly signingKeys: SigningKeys;
    readonly environmentSettings: EnvironmentSettingsStore;
    readonly organizations: OrganizationStore;
    readonly users: UserStore;
    readonly tokens: TokenStore;
    readonly accessKeys: AccessKeyStore;
    readonly customFields: CustomFieldStore;
    readonly exchangeRates: ExchangeRateStore;
    readonly hostnames: HostnameStore;
    readonly orders: OrderStore;
    readonly consumption: ConsumptionStore;
    readonly instruments: InstrumentStore;
    check(): Promise<void>;
  };
  readonly doorbell: Doorbell;
  readonly objects: ObjectStore;
  readonly archives: ArchiveReader;
  /** The public key that verifies manifests. */
  readonly manifestKey: () => Promise<ManifestKey>;
  readonly metrics: ApiMetrics;
  readonly publicUrl: string | null;
  /** Of the tz database: that of the statistics of instruments, whose times name none. */
  readonly timeZone: string;
  readonly sealingPace: SealingPace;
  /** For reads of records, which may be large, and for dry runs, which no limit counts. */
  readonly recordReadSemaphore: Semaphore;
  readonly limits: SubmissionLimits;
  /** Of environments without a retention of their own. Null: facts are kept for ever. */
  readonly retentionDays: number | null;
  readonly stats: Pick<
    RunStatsPorts,
    'factSource' | 'segmentFiles' | 'engine' | 'semaphore' | 'scratchDirectory'
  >;
  /** How large batches of facts are taken. */
  readonly bulk: BulkPorts;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly newPassword: () => string;
  readonly newToken: () => string;
  readonly newAccessKey: () => { readonly id: string; readonly secret: string };
  /** 32 bytes that encrypt the secrets of access keys; null: the settings have none. */
  readonly secretKey: Uint8Array | null;
  readonly record: AdminLog;
}

/** Everything the API answers, in one list. */
export function createRoutes(services: RouteServices): readonly Route[] {
  const { catalogue, database, doorbell, objects, archives, metrics, limits, publicUrl, nowMs, newId } =
    services;
  const { newPassword, newToken, newAccessKey, secretKey, record } = services;
  const { timeZone, sealingPace, recordReadSemaphore: semaphore, retentionDays } = services;
  const { queries, facts, accounts, customFields, signingKeys, organizations, users, tokens } = database;
  const { exchangeRates, hostnames, accessKeys, orders } = database;
  const resultUrl = { queries, objects, signingKeys, nowMs, publicUrl };
  const findTenant = tenantFinder(accounts);
  const rateLimits = rateLimitsOf(queries, limits);
  const findHost = hostFinder(hostnames, rateLimits);
  const ofEnvironment = environmentQueries(queries, rateLimits);
  const ofHosts = hostQueries(queries, rateLimits);
  const { scans } = database;
  const submitting = {
    catalogue,
    customFields,
    queries,
    doorbell,
    limits,
    nowMs,
    newId,
    metrics,
    scans,
    semaphore,
  };
  const stats = { catalogue, customFields, ...services.stats, nowMs, newId };
  const routes = [
    // First, because paths are tried in this order and nothing is asked for as often as a query.
    ...[ofEnvironment, ofHosts].flatMap((place) => [
      ...cancelQueryRoutes(place, queries),
      getQueryRoute(place),
      getQueryResultRoute(place, { objects, nowMs }),
    ]),
    healthRoute(),
    readyRoute([
      { name: 'database', required: true, check: () => database.check() },
      // Submissions are stored without it, and begun within seconds when it is back.
      { name: 'queue', required: false, check: () => doorbell.check() },
      { name: 'object store', required: true, check: () => objects.check() },
    ]),
    metricsRoute(metrics),
    ...organizationRoutes(accounts),
    ...accountRoutes({ organizations, users, tokens, record, newPassword, newToken }),
    submitQueryRoute(ofEnvironment, findTenant, submitting),
    submitHostQueryRoute(ofHosts, findHost, submitting),
    submitMintReportRoute({ ...submitting, accounts }, rateLimits),
    listQueriesRoute(ofEnvironment, findTenant, { catalogue, queries }),
    listHostQueriesRoute(ofHosts, findHost, { catalogue, queries }),
    resultUrlRoute(ofEnvironment, resultUrl),
    getResultViewRoute(ofHosts, { catalogue, objects, archives, nowMs }),
    linkedResultRoute(resultUrl),
    getManifestKeyRoute(services.manifestKey),
    ...statsRoutes(findTenant, stats),
    ...hostStatsRoutes(hostnames, stats),
    ...exchangeRateRoutes(exchangeRates, record),
    ...environmentHostnamesRoutes(findTenant, { hostnames, record }),
    ...environmentLimitsRoutes(findTenant, { settings: database.environmentSettings, limits, record }),
    ...environmentRetentionRoutes(findTenant, {
      settings: database.environmentSettings,
      retentionDays,
      record,
    }),
    listAccessKeysRoute(findTenant, accessKeys),
    createAccessKeyRoute(findTenant, { accessKeys, secretKey, newAccessKey, record }),
    changeAccessKeyRoute(findTenant, { accessKeys, record }),
    listOrdersRoute({ orders, semaphore }, signatureCheck({ accessKeys, secretKey, nowMs })),
    listCustomFieldsRoute(findTenant, customFields),
    declareCustomFieldRoute(findTenant, { catalogue, customFields, record }),
    changeCustomFieldsRoute(findTenant, { customFields, record }),
    deleteCustomFieldRoute(findTenant, { customFields, record }),
    getSchemaRoute(findTenant, { catalogue, customFields }),
    ...consumptionRoutes({ accounts, consumption: database.consumption, semaphore }),
    ...instrumentsRoutes({ accounts, instruments: database.instruments, timeZone, semaphore }),
    postFactsRoute(findTenant, {
      catalogue,
      customFields,
      facts,
      sealingPace,
      bulk: services.bulk,
      metrics,
      nowMs,
    }),
  ];
  return [...routes, ...documentationRoutes(routes)];
}

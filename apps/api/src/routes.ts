import type { ManifestKey } from '@hourglass/contract';
import type {
  BatchList,
  BulkPorts,
  FactTimes,
  CountFactsPorts,
  PreviewRetentionPorts,
  SealingPace,
} from '@hourglass/facts';
import type { ApiMetrics } from '@hourglass/platform';
import type { Catalogue } from '@hourglass/query';
import type {
  AccessKeyStore,
  Accounts,
  AuditLog,
  ArchiveReader,
  Ceilings,
  CeilingStore,
  ConsumptionStore,
  CustomFieldStore,
  DataCollectorStore,
  Doorbell,
  EnvironmentSettingsStore,
  ExchangeRateStore,
  HostnameStore,
  InstrumentStore,
  ObjectStore,
  OrderStore,
  OrganizationOverviews,
  OrganizationStore,
  PolledQueries,
  QueryDeliveryStore,
  QueryEvents,
  QueryStore,
  ResultLinkStore,
  SavedReportStore,
  ScheduleLimits,
  ScheduleStore,
  ScanEstimates,
  SecondFactorStore,
  RunStatsPorts,
  SigningKeys,
  SignInRecords,
  SubmissionLimits,
  TokenStore,
  TotpCodes,
  Semaphore,
  TargetRules,
  UserStore,
  WebhookStore,
  QueueReads,
} from '@hourglass/reports';
import { accessKeyRoutes } from './endpoints/access-keys.ts';
import { auditRoutes } from './endpoints/audit.ts';
import { batchRoutes } from './endpoints/batches.ts';
import { consumptionRoutes } from './endpoints/consumption.ts';
import { customFieldRoutes } from './endpoints/custom-fields.ts';
import { dataCollectorRoutes } from './endpoints/data-collectors.ts';
import { deleteFactsRoute } from './endpoints/delete-facts.ts';
import type { AuditedDeletions } from './endpoints/deleted-facts.ts';
import { documentationRoutes } from './endpoints/documentation.ts';
import { environmentHostnamesRoutes } from './endpoints/environment-hostnames.ts';
import { environmentLimitsRoutes } from './endpoints/environment-limits.ts';
import { environmentRetentionRoutes } from './endpoints/environment-retention.ts';
import { exchangeRateRoutes } from './endpoints/exchange-rates.ts';
import { postFactsRoute, type PostFactsPorts } from './endpoints/facts.ts';
import { instrumentsRoutes } from './endpoints/instruments/instruments.ts';
import { operatorOrganizationRoutes } from './endpoints/operator-organizations.ts';
import { oidcSignInRoutes, type OidcSignIn } from './endpoints/oidc-sign-in.ts';
import { listOrdersRoute } from './endpoints/orders.ts';
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
import type { WaitPorts } from './endpoints/queries/wait-for-change.ts';
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
import { statsRoutes } from './endpoints/stats/stats.ts';
import { tokenRoutes } from './endpoints/tokens.ts';
import { userRoutes } from './endpoints/users.ts';
import { webhookRoutes } from './endpoints/webhooks/webhook-endpoints.ts';
import type { EventLoopTurns } from './http/event-loop-turns.ts';
import { tenantFinder } from './http/find-tenant.ts';
import { createQueueViews } from './queue/queue-views.ts';
import { rateLimitsOf } from './http/rate-limits.ts';
import { environmentScope, hostScope } from './http/route-scopes.ts';
import type { Route } from './http/route.ts';
import type { SessionCookies } from './http/session-cookie.ts';
import { signatureCheck } from './http/signed-request.ts';
import type { Passwords } from './passwords.ts';
import type { UploadPorts } from './uploads/receive-upload.ts';

export interface RouteServices {
  readonly catalogue: Catalogue;
  readonly database: {
    readonly queries: QueryStore & PolledQueries;
    readonly queryEvents: QueryEvents;
    readonly queue: QueueReads;
    readonly scans: ScanEstimates;
    readonly facts: PostFactsPorts['facts'];
    readonly batches: BatchList;
    readonly deletions: AuditedDeletions;
    readonly expiredFacts: PreviewRetentionPorts['deletions'];
    readonly accounts: Accounts;
    readonly audit: AuditLog;
    readonly signingKeys: SigningKeys;
    readonly signIns: SignInRecords;
    readonly environmentSettings: EnvironmentSettingsStore;
    readonly ceilings: CeilingStore;
    readonly organizations: OrganizationStore;
    readonly organizationOverviews: OrganizationOverviews;
    readonly resultLinks: ResultLinkStore;
    readonly users: UserStore;
    readonly secondFactors: SecondFactorStore;
    readonly tokens: TokenStore;
    readonly accessKeys: AccessKeyStore;
    readonly customFields: CustomFieldStore;
    readonly dataCollectors: DataCollectorStore;
    readonly savedReports: SavedReportStore;
    readonly webhooks: WebhookStore;
    readonly schedules: ScheduleStore;
    readonly queryDeliveries: QueryDeliveryStore;
    readonly exchangeRates: ExchangeRateStore;
    readonly hostnames: HostnameStore;
    readonly orders: OrderStore;
    readonly consumption: ConsumptionStore;
    readonly instruments: InstrumentStore;
    check(): Promise<void>;
  };
  /** Requests that wait for changes of queries. */
  readonly waiting: WaitPorts;
  /** Which URLs deliveries may be sent to. */
  readonly targets: TargetRules;
  /** Whether a mail server is configured. */
  readonly sendsMail: boolean;
  readonly doorbell: Doorbell;
  readonly objects: ObjectStore;
  readonly archives: ArchiveReader;
  /** The public key that verifies manifests. */
  readonly manifestKey: () => Promise<ManifestKey>;
  readonly metrics: ApiMetrics;
  /** The bearer token of `/metrics`; null: only this machine reads them. */
  readonly metricsToken: string | null;
  readonly publicUrl: string | null;
  /**
   * Zone of the tz database for the statistics of instruments, whose requests state local clock
   * times.
   */
  readonly timeZone: string;
  readonly sealingPace: SealingPace;
  /**
   * Limits concurrent reads of records, which may be large, and dry runs, which count against no
   * other limit.
   */
  readonly recordReadSemaphore: Semaphore;
  readonly limits: SubmissionLimits;
  readonly scheduleLimits: ScheduleLimits;
  /** For organizations without their own ceilings. */
  readonly defaultCeilings: Ceilings;
  /** Default for environments without their own retention. Null: facts are kept indefinitely. */
  readonly retentionDays: number | null;
  readonly stats: Pick<
    RunStatsPorts,
    'factSource' | 'segmentFiles' | 'engine' | 'semaphore' | 'scratchDirectory'
  >;
  /** For large responses. Its keys are organizations. */
  readonly turns: EventLoopTurns;
  /** Counting facts that a deletion or a retention removes. */
  readonly counting: CountFactsPorts;
  /** Ingestion of large batches. */
  readonly bulk: BulkPorts;
  readonly uploads: UploadPorts;
  readonly factTimes: FactTimes;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly passwords: Passwords;
  readonly cookies: SessionCookies;
  /** Null: no identity provider is configured. */
  readonly oidc: OidcSignIn | null;
  readonly newPassword: () => string;
  readonly newToken: () => string;
  readonly newRecoveryCode: () => string;
  readonly totp: TotpCodes;
  readonly newAccessKey: () => { readonly id: string; readonly secret: string };
  /** 32 bytes that encrypt the secrets of access keys and second factors; null: not configured. */
  readonly secretKey: Uint8Array | null;
  /** Called when facts are deleted but could not be counted. */
  readonly onUncounted: (error: unknown) => void;
}

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
  const { catalogue, database, objects, archives, doorbell, metrics, limits, nowMs, newId } = services;
  const { queries, accounts, audit, customFields, hostnames, scans, signingKeys } = database;
  const rateLimits = rateLimitsOf(queries, limits);
  const inEnvironment = environmentQueries(environmentScope(tenantFinder(accounts)), queries, rateLimits);
  const atHosts = hostQueries(hostScope(hostnames), queries, rateLimits);
  const collections = [inEnvironment, atHosts];
  const submission = {
    ...{ catalogue, customFields, queries, doorbell, limits, nowMs, newId, metrics, scans },
    semaphore: services.recordReadSemaphore,
  };
  const schedules = {
    ...{ ...submission, ...deliveryPortsOf(services) },
    ...{ schedules: database.schedules, reports: database.savedReports },
    ...{ defaultMaxSchedules: services.scheduleLimits.schedules, turns: services.turns },
  };
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
    ...savedReportRoutes({ ...submission, reports: database.savedReports, turns: services.turns }),
    runReportRoute(tenantFinder(accounts), { ...submission, reports: database.savedReports }, rateLimits),
    // Before `…/schedules/:schedule`, whose pattern matches its path.
    runScheduleRoute(tenantFinder(accounts), schedules, rateLimits),
    ...scheduleRoutes(tenantFinder(accounts), schedules),
    listScheduleRunsRoute(tenantFinder(accounts), schedules),
    getQuerySubmissionRoute(inEnvironment),
    ...queryDeliveryRoutes(inEnvironment, deliveryPortsOf(services)),
    createResultLinkRoute(inEnvironment, resultLinks),
    openResultLinkRoute(resultLinks),
    getManifestKeyRoute(services.manifestKey),
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
  const stats = { catalogue, customFields, ...services.stats, turns, nowMs, newId };
  return [
    ...statsRoutes(environmentScope(tenantFinder(accounts)), stats),
    ...statsRoutes(hostScope(hostnames), stats),
    listOrdersRoute({ orders, semaphore, turns }, signatureCheck({ accessKeys, secretKey, nowMs })),
    ...consumptionRoutes({ accounts, consumption, semaphore, turns }),
    ...instrumentsRoutes({ accounts, instruments, timeZone, semaphore }),
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

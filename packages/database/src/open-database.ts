import { PrismaPg } from '@prisma/adapter-pg';
import type {
  BatchList,
  FactDeletions,
  FactStore,
  FoundFacts,
  SegmentStore,
  WrittenBatch,
} from '@hourglass/facts';
import { catalogue as everyDataset, type Catalogue } from '@hourglass/query';
import type {
  AccessKeyStore,
  AccountChanges,
  Accounts,
  AuditLog,
  AuditOf,
  CancelSignals,
  CeilingStore,
  ConsumptionStore,
  CustomFieldStore,
  DataCollectorStore,
  DeletedTenants,
  DeliveryOverview,
  DeliveryQueue,
  DueSchedules,
  EnvironmentSettingsStore,
  EventCounts,
  ExchangeRateStore,
  ExpiredQueryEvents,
  FactSource,
  HostnameStore,
  InstrumentStore,
  LastUses,
  OrderStore,
  OrganizationOverviews,
  OrganizationStore,
  PeriodicJobs,
  PolledQueries,
  QueryDeliveryStore,
  QueryEvents,
  QueueReads,
  QueryStore,
  ResultLinkStore,
  SavedReportStore,
  ScheduleStore,
  SharedViewStore,
  ScanEstimates,
  SecondFactorStore,
  SigningKeys,
  SignInRecords,
  TokenStore,
  UsageStore,
  UserStore,
  WebhookStore,
} from '@hourglass/reports';
import { createAccessKeyStore } from './accounts/access-key-store.ts';
import { createAccountChanges } from './accounts/account-changes.ts';
import { createAccounts } from './accounts/accounts.ts';
import { createCeilingStore } from './accounts/ceiling-store.ts';
import { createDataCollectorStore } from './accounts/data-collector-store.ts';
import { createDeletedTenants } from './accounts/deleted-tenants.ts';
import { bootstrap, type FirstOrganization } from './accounts/bootstrap.ts';
import { createHostnameStore } from './accounts/hostname-store.ts';
import { createEnvironmentSettingsStore } from './accounts/environment-settings-store.ts';
import { createLastUses } from './accounts/last-uses.ts';
import { createOrganizationOverviews } from './accounts/organization-overviews.ts';
import { createOrganizationStore } from './accounts/organization-store.ts';
import { createResultLinkStore } from './accounts/result-link-store.ts';
import { createSavedReportStore } from './accounts/saved-report-store.ts';
import { createSecondFactorStore } from './accounts/second-factor-store.ts';
import { createSignInRecords } from './accounts/sign-in-records.ts';
import { createTokenStore } from './accounts/token-store.ts';
import { createUserStore } from './accounts/user-store.ts';
import { createDeliveryOverview } from './deliveries/delivery-overview.ts';
import { createDeliveryQueue } from './deliveries/delivery-queue.ts';
import { createQueryDeliveryStore } from './deliveries/query-delivery-store.ts';
import { createWebhookStore } from './deliveries/webhook-store.ts';
import { createUsageStore } from './usage/usage-store.ts';
import { ScopedPrisma } from './connection/scoped-prisma.ts';
import { createAuditLog } from './audit/audit-log.ts';
import { createPool } from './connection/connection-pool.ts';
import { processRoles, type ProcessKind } from './connection/roles.ts';
import { createScopedPool, type ScopedPool } from './connection/scoped-pool.ts';
import { createConsumptionStore } from './records/consumption/consumption-store.ts';
import { createCustomFieldStore } from './accounts/custom-field-store.ts';
import { servedByDatabase } from './connection/database-errors.ts';
import { createExchangeRateStore } from './records/exchange-rate-store.ts';
import { createBatchList } from './facts/batch-list.ts';
import { createExpiredFacts, createFactDeletions } from './facts/fact-deletions.ts';
import { createFactSource } from './facts/fact-source.ts';
import { createFactStores } from './facts/fact-store.ts';
import { createScanEstimates } from './facts/scan-estimates.ts';
import { gatherReads, type GatherReads } from './request-reads/gather-reads.ts';
import { queueReader } from './request-reads/queue-reader.ts';
import { PrismaClient } from './generated/client.ts';
import { createOrderStore } from './records/orders/order-page.ts';
import { createInstrumentStore } from './records/instruments/instrument-store.ts';
import { createCancelSignals } from './queries/cancel-signals.ts';
import { createEventCounts } from './queries/event-counts.ts';
import { createPeriodicJobs } from './queries/periodic-jobs.ts';
import { createExpiredQueryEvents, createQueryEvents } from './queries/query-events.ts';
import { createQueryStore } from './queries/query-store.ts';
import { createDueSchedules } from './schedules/due-schedules.ts';
import { createScheduleStore } from './schedules/schedule-store.ts';
import { createSharedViewStore } from './shared-views/shared-view-store.ts';
import { createSegmentStore } from './facts/segments/segment-store.ts';
import { createSigningKeys } from './accounts/signing-keys.ts';

export interface DatabaseOptions {
  readonly url: string;
  /** The process, which decides the roles of its statements. The owner is not restricted. */
  readonly as: ProcessKind;
  /** Total connections, at least 2. */
  readonly poolSize: number;
  /**
   * Connections for batches and snapshots, which last as long as a client or a disk needs. The rest
   * is reserved for short statements. At least 1 and less than `poolSize`; `poolSize - 4` by
   * default.
   */
  readonly copyPoolSize?: number;
  /** Limit for short statements, which throw `ServiceUnavailable` beyond it. 30 s by default. */
  readonly statementTimeoutMs?: number;
  readonly catalogue?: Catalogue;
  /** Retention of environments without their own. Null, the default: they keep facts for ever. */
  readonly retentionDays?: number | null;
  /** The version of this software and its data, whose results equal queries share. */
  readonly software?: string;
}

/** Every method throws `ServiceUnavailable` when the database is unreachable or refuses service. */
export interface Database {
  readonly queries: QueryStore & PolledQueries;
  readonly queue: QueueReads;
  /** Listening uses one connection in addition to `poolSize`. */
  readonly queryEvents: QueryEvents;
  readonly expiredQueryEvents: ExpiredQueryEvents;
  readonly periodicJobs: PeriodicJobs;
  readonly eventCounts: EventCounts;
  /** Listening uses one connection in addition to `poolSize`. */
  readonly cancelSignals: CancelSignals;
  readonly factSource: FactSource;
  readonly scans: ScanEstimates;
  /** A store that writes the event of each batch with it. */
  readonly facts: (audit: AuditOf<WrittenBatch>) => FactStore;
  readonly segments: SegmentStore;
  readonly batches: BatchList;
  readonly usage: UsageStore;
  /** Deletes facts together with the event of the deletion. */
  readonly deletions: (audit: AuditOf<FoundFacts>) => FactDeletions;
  readonly expiredFacts: Pick<FactDeletions, 'findExpired'>;
  readonly accounts: Accounts;
  readonly audit: AuditLog;
  /** Listening uses one connection in addition to `poolSize`. */
  readonly accountChanges: AccountChanges;
  readonly signIns: SignInRecords;
  readonly organizations: OrganizationStore;
  readonly organizationOverviews: OrganizationOverviews;
  readonly lastUses: LastUses;
  readonly deletedTenants: DeletedTenants;
  readonly users: UserStore;
  readonly secondFactors: SecondFactorStore;
  readonly tokens: TokenStore;
  readonly accessKeys: AccessKeyStore;
  readonly environmentSettings: EnvironmentSettingsStore;
  readonly ceilings: CeilingStore;
  readonly customFields: CustomFieldStore;
  readonly dataCollectors: DataCollectorStore;
  readonly savedReports: SavedReportStore;
  readonly webhooks: WebhookStore;
  readonly queryDeliveries: QueryDeliveryStore;
  readonly deliveries: DeliveryQueue;
  readonly deliveryOverview: DeliveryOverview;
  readonly schedules: ScheduleStore;
  readonly sharedViews: SharedViewStore;
  readonly dueSchedules: DueSchedules;
  readonly exchangeRates: ExchangeRateStore;
  readonly hostnames: HostnameStore;
  readonly orders: OrderStore;
  readonly consumption: ConsumptionStore;
  readonly instruments: InstrumentStore;
  readonly signingKeys: SigningKeys;
  readonly resultLinks: ResultLinkStore;
  /** Creates the first organization; returns false when one exists. */
  bootstrap(first: FirstOrganization): Promise<boolean>;
  /** Runs a trivial statement; throws `ServiceUnavailable` when it fails. */
  check(): Promise<void>;
  /** Waits for connections in use; open batches and listening must end first. */
  close(): Promise<void>;
}

/**
 * While sealing keeps up, hot facts stay below a million, and counting them takes a fraction of
 * this.
 */
const maxHotCountMs = 1_000;

/** Connects on first use, so that a process can start while the database is down. */
export function openDatabase({
  url,
  as,
  poolSize,
  copyPoolSize = Math.max(1, poolSize - 4),
  statementTimeoutMs = 30_000,
  catalogue = everyDataset,
  retentionDays = null,
  software = '',
}: DatabaseOptions): Database {
  const pools = openPools({ url, as, poolSize, copyPoolSize, statementTimeoutMs });
  const { roles, connection, shortStatements, longStatements, controlPool, copyPool } = pools;
  const client = new PrismaClient({ adapter: new PrismaPg(shortStatements), errorFormat: 'minimal' });
  const prisma = new ScopedPrisma(client, roles);
  const reads = gatherReads(controlPool);
  return {
    queries: createQueryStore(controlPool, reads, { software, retentionDays }),
    queue: queueReader(reads),
    queryEvents: createQueryEvents(connection, reads),
    expiredQueryEvents: createExpiredQueryEvents(controlPool),
    ...{ periodicJobs: createPeriodicJobs(controlPool), eventCounts: createEventCounts(controlPool) },
    cancelSignals: createCancelSignals(connection),
    factSource: createFactSource(copyPool, { retentionDays }),
    scans: createScanEstimates(copyPool, { maxCountMs: maxHotCountMs, retentionDays }),
    facts: createFactStores({ copyPool, controlPool }),
    segments: createSegmentStore(
      { copyPool, controlPool, lockPool: longStatements },
      { catalogue, retentionDays },
    ),
    batches: createBatchList(controlPool),
    deletions: (audit) => createFactDeletions(copyPool, { catalogue, retentionDays }, audit),
    expiredFacts: createExpiredFacts(copyPool, { catalogue, retentionDays }),
    accountChanges: createAccountChanges(connection),
    audit: createAuditLog(controlPool),
    ...accountStores({ prisma, controlPool, reads }),
    deletedTenants: createDeletedTenants({ copyPool, controlPool }, catalogue),
    deliveries: createDeliveryQueue(controlPool),
    deliveryOverview: createDeliveryOverview(controlPool),
    schedules: createScheduleStore(controlPool),
    sharedViews: createSharedViewStore(controlPool),
    dueSchedules: createDueSchedules(controlPool),
    ...recordStores(controlPool),
    bootstrap: (first) => bootstrap(prisma, first),
    check: () => servedByDatabase(async () => void (await shortStatements.query('select 1'))),
    async close() {
      await client.$disconnect();
      await Promise.all([shortStatements.end(), longStatements.end()]);
    },
  };
}

function recordStores(pool: ScopedPool) {
  return {
    exchangeRates: createExchangeRateStore(pool),
    orders: createOrderStore(pool),
    consumption: createConsumptionStore(pool),
    instruments: createInstrumentStore(pool),
  };
}

type PoolsOptions = Required<
  Pick<DatabaseOptions, 'url' | 'as' | 'poolSize' | 'copyPoolSize' | 'statementTimeoutMs'>
>;

function openPools({ url, as, poolSize, copyPoolSize, statementTimeoutMs }: PoolsOptions) {
  if (copyPoolSize < 1 || copyPoolSize >= poolSize) {
    throw new RangeError(`copyPoolSize is ${copyPoolSize}; expected 1 to ${poolSize - 1}`);
  }
  const roles = processRoles[as];
  const connection = { url, role: roles?.base ?? null };
  const shortStatements = createPool({
    ...connection,
    maxConnections: poolSize - copyPoolSize,
    statementTimeoutMs,
    isPipelined: true,
  });
  const longStatements = createPool({
    ...connection,
    maxConnections: copyPoolSize,
    statementTimeoutMs: 0,
    isPipelined: false,
  });
  return {
    ...{ roles, connection, shortStatements, longStatements },
    controlPool: createScopedPool({ pool: shortStatements, roles, isPipelined: true }),
    copyPool: createScopedPool({ pool: longStatements, roles, isPipelined: false }),
  };
}

interface Connections {
  readonly prisma: ScopedPrisma;
  readonly controlPool: ScopedPool;
  readonly reads: GatherReads;
}

/** The stores of organizations, their users and what belongs to them. */
function accountStores({ prisma, controlPool, reads }: Connections) {
  return {
    accounts: createAccounts(prisma, reads),
    signIns: createSignInRecords(controlPool, reads),
    organizations: createOrganizationStore(prisma),
    organizationOverviews: createOrganizationOverviews(controlPool),
    lastUses: createLastUses(controlPool),
    users: createUserStore(prisma),
    secondFactors: createSecondFactorStore(prisma),
    tokens: createTokenStore(prisma),
    accessKeys: createAccessKeyStore(prisma, reads),
    environmentSettings: createEnvironmentSettingsStore(prisma),
    ceilings: createCeilingStore(prisma),
    customFields: createCustomFieldStore(prisma, reads),
    dataCollectors: createDataCollectorStore(prisma),
    savedReports: createSavedReportStore(prisma),
    webhooks: createWebhookStore(prisma),
    queryDeliveries: createQueryDeliveryStore(prisma),
    hostnames: createHostnameStore(prisma),
    signingKeys: createSigningKeys(prisma),
    resultLinks: createResultLinkStore(prisma, controlPool),
    usage: createUsageStore(controlPool),
  };
}

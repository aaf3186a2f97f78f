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
  EngineSettings,
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
  SharedViewStore,
  SigningKeys,
  SignInRecords,
  SubmissionLimits,
  TokenStore,
  TotpCodes,
  Semaphore,
  TargetRules,
  UsageStore,
  UserStore,
  WebhookStore,
  QueueReads,
} from '@hourglass/reports';
import type { AuditedDeletions } from './endpoints/deleted-facts.ts';
import type { PostFactsPorts } from './endpoints/facts.ts';
import type { OidcSignIn } from './endpoints/oidc-sign-in.ts';
import type { WaitPorts } from './endpoints/queries/wait-for-change.ts';
import type { EventLoopTurns } from './http/event-loop-turns.ts';
import type { SessionCookies } from './http/session-cookie.ts';
import type { Passwords } from './passwords.ts';
import type { UploadPorts } from './uploads/receive-upload.ts';

/** The collaborators of the routes. */
export interface RouteServices {
  readonly catalogue: Catalogue;
  readonly engines: EngineSettings;
  readonly database: {
    readonly queries: QueryStore & PolledQueries;
    readonly queryEvents: QueryEvents;
    readonly queue: QueueReads;
    readonly scans: ScanEstimates;
    readonly facts: PostFactsPorts['facts'];
    readonly batches: BatchList;
    readonly usage: UsageStore;
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
    readonly sharedViews: SharedViewStore;
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
    'factSource' | 'segmentFiles' | 'partials' | 'engine' | 'semaphore' | 'scratchDirectory'
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
  readonly newSharedViewSecret: () => string;
  readonly newRecoveryCode: () => string;
  readonly totp: TotpCodes;
  readonly newAccessKey: () => { readonly id: string; readonly secret: string };
  /** 32 bytes that encrypt the secrets of access keys and second factors; null: not configured. */
  readonly secretKey: Uint8Array | null;
  /** Called when facts are deleted but could not be counted. */
  readonly onUncounted: (error: unknown) => void;
}

import type { OutputColumn, OutputFormat, Plan, Tenant } from '@hourglass/query';
import type { FactFiles } from './fact-ports.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { ResultOrigin } from './result-origin.ts';
import type { AttemptPhase, Progress } from './progress.ts';
import type { QueryLabels } from './query-labels.ts';
import type { QueryState } from './query-states.ts';
import type { LimitReason, LimitUsage, SubmissionLimits } from './submission-limits.ts';

/** What Postgres knows of a query. Times come from the database's clock, the only one that decides. */
export interface QueryRecord {
  readonly id: string;
  readonly plan: Plan;
  readonly state: QueryState;
  /** Number of the newest attempt; 0 before the first. Only that attempt may publish. */
  readonly attempt: number;
  /** 0 to 100, never going backwards, also over attempts. */
  readonly progressPercent: number;
  /** Of the newest attempt. Null before the first. */
  readonly phase: AttemptPhase | null;
  /** Facts that were read, by the attempt that completed the query or by the one that came furthest. Null before the first. */
  readonly rowsScanned: number | null;
  readonly submittedBy: string;
  readonly labels: QueryLabels;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly failure: string | null;
  readonly result: QueryResult | null;
}

export interface QueryResult {
  readonly archiveKey: string;
  readonly archiveBytes: number;
  /** Hex; null for results of versions that did not compute it. */
  readonly archiveMd5: string | null;
  readonly rows: number;
  /** Sum of the gzip parts, which is what the contract's `resultFileSize` shows. */
  readonly gzipBytes: number;
  readonly executionMs: number;
  readonly expiresAt: Date;
}

export interface OrganizationScope {
  readonly organization: string;
}

export interface QueryScope extends OrganizationScope {
  readonly environment: string;
}

export interface Submission {
  readonly id: string;
  readonly plan: Plan;
  readonly submittedBy: string;
  readonly labels?: QueryLabels;
  readonly idempotencyKey?: IdempotencyKey | undefined;
}

/** What a listed query has to be; what is missing is not asked for. */
export interface ListCriteria {
  readonly submittedBy?: string;
  readonly state?: QueryState;
  readonly dataset?: string;
  readonly createdFrom?: Date;
  readonly createdBefore?: Date;
  /** Submitted to this hostname; null: to none. */
  readonly hostname?: string | null;
  /** Comes from a saved report. */
  readonly hasReport?: true;
  /** Follows this query in the order of the list, whether or not that is still there. */
  readonly after?: ListPosition;
}

export interface ListPosition {
  readonly createdAt: Date;
  readonly id: string;
}

/** What became of a submission, and what the environment has used of its limits after it. */
export type SubmissionOutcome =
  | { readonly kind: 'accepted'; readonly record: QueryRecord; readonly usage: LimitUsage }
  | { readonly kind: 'refused'; readonly reason: LimitReason; readonly usage: LimitUsage }
  /** The same request was accepted before, as this query. */
  | { readonly kind: 'repeated'; readonly id: string; readonly usage: LimitUsage }
  /** Another request was accepted before with this key. */
  | { readonly kind: 'conflict'; readonly usage: LimitUsage };

export interface Failure {
  /** Shown to the client. */
  readonly reason: string;
  /** `ours` gives the submission back to its environment: the client could not have avoided it. */
  readonly fault: 'service' | 'query';
}

export interface Claim {
  readonly id: string;
  readonly plan: Plan;
  readonly attempt: number;
  /** The attempts so far, with this one and without those that were excused. */
  readonly countedAttempt: number;
  /** Attempts before this one that ended with an error. */
  readonly failedAttempts: number;
  readonly createdAt: Date;
  /** Milliseconds that all attempts together may still use. */
  readonly remainingMs: number;
}

/** Why an attempt gives its query back: its worker is told to stop, or something failed that may not fail again later. */
export type RequeueCause =
  | { readonly kind: 'released' }
  | { readonly kind: 'failed'; readonly retryAfterMs: number };

export interface Publication {
  readonly archiveKey: string;
  readonly archiveBytes: number;
  readonly archiveMd5: string;
  readonly rows: number;
  readonly rowsScanned: number;
  readonly gzipBytes: number;
  readonly watermark: bigint | null;
  readonly resultTtlSeconds: number;
}

/** The queries table. Every write is one conditional update on (id, attempt, state): false means it lost. */
export interface QueryStore {
  /**
   * Stores the query unless a limit is reached, decided and stored in one transaction: submissions of one
   * environment follow each other. `limits` are those of the settings; an environment's own go before them.
   */
  submit(submission: Submission, limits: SubmissionLimits): Promise<SubmissionOutcome>;
  /** Forgets at most `limit` keys that are kept no longer, and answers how many. */
  deleteExpiredIdempotencyKeys(limit: number): Promise<number>;
  /** Null: there is no such environment. */
  usage(scope: QueryScope, limits: SubmissionLimits): Promise<LimitUsage | null>;
  /** In the environment; without one, in any of the organization. */
  find(scope: OrganizationScope | QueryScope, id: string): Promise<QueryRecord | null>;
  /** Newest first, at most `limit` of those that meet every criterion. */
  list(tenant: Tenant, criteria: ListCriteria, limit: number): Promise<readonly QueryRecord[]>;
  /**
   * Takes a waiting query for a new attempt with a fresh lease, and its environment's turn with it. Null: it does not
   * wait any more.
   */
  claim(id: string, terms: ClaimTerms): Promise<Claim | null>;
  /** False: the attempt is no longer the newest, or the query is no longer running. Stop at once. */
  renewLease(id: string, attempt: number, leaseMs: number, progress: Progress): Promise<boolean>;
  complete(id: string, attempt: number, publication: Publication): Promise<boolean>;
  fail(id: string, attempt: number, failure: Failure): Promise<boolean>;
  /** Enqueued or running becomes `cancelled`, and `CancelSignals` tell it to every process. */
  cancel(id: string): Promise<boolean>;
  /** Running back to enqueued. */
  requeue(id: string, attempt: number, cause: RequeueCause): Promise<boolean>;
  /**
   * Queries that a worker should begin now, the one whose turn it is first: enqueued, or running without a valid lease,
   * with attempts and time left, and not to wait before they are tried again. Environments take turns by their weights,
   * however many queries each has waiting.
   */
  listWaiting(terms: ClaimTerms, limit: number): Promise<readonly string[]>;
  /**
   * Fails the queries whose attempts or whose time are used up and that nobody runs, also those of a worker that should
   * have ended them long since. Answers how many.
   */
  failOverdue(terms: ClaimTerms): Promise<number>;
  /** The keys of those that are nobody's: of an attempt that neither published it nor is still running. */
  orphanedWork(archives: readonly AttemptWork[]): Promise<readonly string[]>;
  /** Completed queries past their `expires` become `expired`; answers the archives to delete. */
  expireDue(limit: number): Promise<readonly ExpiredArchive[]>;
}

/** Something that an attempt made, and whose it is or was. */
export interface AttemptWork {
  /** Of its archive in the store, or the name of its folder in the scratch. */
  readonly key: string;
  readonly queryId: string;
  readonly attempt: number;
}

/** Jobs that every worker has and of which one at a time does a turn for all. */
export interface PeriodicJobs {
  /** Of all that ask for a job's turn within `minIntervalMs`, by the database's clock, one is told true. */
  tryBegin(name: string, minIntervalMs: number): Promise<boolean>;
}

/** Tells of cancelled queries at once, in every process. A signal may be lost: it is never the only way to learn of it. */
export interface CancelSignals {
  /** Keeps listening through outages of the database until it is told to stop. */
  listen(onCancelled: (queryId: string) => void, log: CancelSignalsLog): { stop(): Promise<void> };
}

export interface CancelSignalsLog {
  warn(fields: object, message: string): void;
}

export interface ClaimTerms {
  readonly leaseMs: number;
  /** Without those that were excused. */
  readonly maxAttempts: number;
  /** From the first start, over all attempts. */
  readonly timeoutMs: number;
}

export interface ExpiredArchive {
  readonly id: string;
  readonly archiveKey: string;
}

/**
 * The queue. A ring wakes a worker, which asks the database whose turn it is until nothing waits; one too many is answered by nobody, and one
 * that is lost is made up for by the reconciler, so the queue may lose everything at any time.
 */
export interface Doorbell {
  /** `queryId` is what the version before runs, whose turn it was or not. */
  wake(queryId: string): Promise<void>;
  /** Rings that no worker has heard yet. */
  pendingWakeUps(): Promise<number>;
  /** Throws `ServiceUnavailable` when a ring would not get through now. */
  check(): Promise<void>;
}

/** Values by column, in the order of `outputColumns(plan)`. Every array has `rowCount` values. */
export interface RowBatch {
  readonly rowCount: number;
  readonly columns: readonly (readonly (string | number | null)[])[];
}

export interface EngineTask {
  readonly plan: Plan;
  readonly facts: FactFiles;
  /** Where the engine writes its files. What it spills may lie elsewhere. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Told at the beginning and now and then which share of the work was done, 0 to 1; it may fall. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Rows of a report, written as its output format has them, each with a line end (`\n`). There is no header; a row of CSV
 * may have line ends inside of quotes.
 */
export interface RowFile {
  readonly path: string;
  readonly rows: number;
}

export interface ReportEngine {
  /** Rows of the report in its defined order, at most some thousands at a time. */
  run(task: EngineTask): AsyncIterable<RowBatch>;
  /**
   * Writes all of them below the task's directory, about ten times the bytes that an archive of them has: files that
   * follow each other in the defined order, none of them with a part of a row. Who takes a file deletes it; the next one is
   * computed when it is asked for.
   */
  writeRows(task: EngineTask): AsyncGenerator<RowFile, void>;
}

export interface ArchiveTask {
  readonly queryId: string;
  readonly columns: readonly OutputColumn[];
  readonly output: OutputFormat;
  readonly directory: string;
  /** Written into the archive as every member's time, so that one attempt's bytes do not depend on the clock. */
  readonly createdAt: Date;
  /** What the manifest tells of it; without one the archive gets none. */
  readonly origin?: ResultOrigin;
  readonly signal: AbortSignal;
  /** Hears which share of the rows is packed, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

export interface ArchiveFile {
  readonly path: string;
  readonly bytes: number;
  /** Of all its bytes, hex. */
  readonly md5: string;
  readonly rows: number;
  readonly gzipBytes: number;
}

export interface ArchiveWriter {
  /**
   * Writes gzip parts and the ZIP around them to `directory`, and deletes the files of rows. No rows make one empty part.
   * Asks for a file while it packs the one before, and may have asked for one when it fails.
   */
  write(rows: AsyncIterable<RowFile>, task: ArchiveTask): Promise<ArchiveFile>;
}

/** Secrets that all processes share. */
export interface SigningKeys {
  /** 32 random bytes, the same for everybody from the first call on. */
  keyFor(purpose: string): Promise<Uint8Array>;
}

/** `read` and `submit` are for queries, `ingest` for facts, `admin` for everything else. */
export const scopes = ['read', 'submit', 'ingest', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** From the least to the most: each may do what those before it may. Only operators make organizations. */
export const roles = ['member', 'administrator', 'operator'] as const;
export type Role = (typeof roles)[number];

/** Who is calling. Bound to one organization; sees nothing of another. */
export interface Principal {
  readonly organization: string;
  /** The only environment that a token is good for. Null: all of the organization. */
  readonly environment: string | null;
  /** The only customers of that environment whose consumption a token may see. Empty: all. */
  readonly customers: readonly string[];
  /** E-mail of a user, or of the user a token belongs to. Shown as the query's submitter. */
  readonly email: string;
  /** Of that user. */
  readonly role: Role;
  readonly scopes: readonly Scope[];
}

export interface OrganizationRecord {
  readonly name: string;
  readonly createdAt: Date;
  readonly environments: readonly EnvironmentRecord[];
}

export interface EnvironmentRecord {
  readonly name: string;
  readonly createdAt: Date;
}

export interface Accounts {
  /** Null: no such token, or it expired. */
  authenticateToken(token: string): Promise<Principal | null>;
  /** Null: unknown user or wrong password, at the same cost in time. */
  authenticatePassword(email: string, password: string): Promise<Principal | null>;
  findTenant(scope: QueryScope): Promise<Tenant | null>;
  /** Its environments are in the order of their names. */
  findOrganization(name: string): Promise<OrganizationRecord | null>;
}

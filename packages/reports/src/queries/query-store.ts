import type { Plan, Tenant } from '@hourglass/query';
import type { LimitReason, LimitUsage, SubmissionLimits } from './submission-limits.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { Progress } from './progress.ts';
import type { QueryLabels } from './query-labels.ts';
import type { QueryRecord } from './query-record.ts';
import type { OrganizationScope, QueryScope } from './query-scope.ts';
import type { QueryState } from './query-states.ts';

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

import type { Plan, Tenant } from '@hourglass/query';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { LimitReason, LimitUsage, SubmissionLimits } from './submission-limits.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { Progress } from './progress.ts';
import type { QueryLabels } from './query-labels.ts';
import type { QueryRecord } from './query-record.ts';
import type { OrganizationScope, QueryScope } from './query-scope.ts';
import type { QueryState } from './query-states.ts';
import type { Reuse } from './reuse.ts';

export interface Submission {
  readonly id: string;
  readonly plan: Plan;
  readonly submittedBy: string;
  readonly labels?: QueryLabels;
  readonly idempotencyKey?: IdempotencyKey | undefined;
  /** Absent: the query shares no result, neither as the first nor as a later one. */
  readonly reuse?: Reuse | undefined;
  /** Inserted with the query. A repeated submission has no event. */
  readonly audit: AuditEvent;
}

/** Conditions on a listed query. An omitted condition matches every query. */
export interface ListCriteria {
  readonly submittedBy?: string;
  readonly state?: QueryState;
  readonly dataset?: string;
  readonly createdFrom?: Date;
  readonly createdBefore?: Date;
  /** The hostname that the query was submitted to. Null matches queries without a hostname. */
  readonly hostname?: string | null;
  /** Only queries with a `reportDefinitionId`. */
  readonly hasReport?: true;
  /** Only queries after this position in the list, whether or not its query still exists. */
  readonly after?: ListPosition;
}

export interface ListPosition {
  readonly createdAt: Date;
  readonly id: string;
}

/** The outcome of a submission, with the environment's usage of its limits afterwards. */
export type SubmissionOutcome =
  | { readonly kind: 'accepted'; readonly record: QueryRecord; readonly usage: LimitUsage }
  /** Accepted and completed at once, with the result of an equal query. */
  | { readonly kind: 'reused'; readonly id: string; readonly usage: LimitUsage }
  | { readonly kind: 'refused'; readonly reason: LimitReason; readonly usage: LimitUsage }
  /** The same request was accepted earlier with this key, as query `id`. */
  | { readonly kind: 'repeated'; readonly id: string; readonly usage: LimitUsage }
  /** A different request was accepted earlier with this key. */
  | { readonly kind: 'conflict'; readonly usage: LimitUsage };

/** `completed`: its result is returned at once; `active`: the result is that of a query that is enqueued or running. */
export type EqualQuery = 'completed' | 'active';

export interface Failure {
  /** Text for the client. */
  readonly reason: string;
  /**
   * `service`: the client could not have avoided it, so the submission does not count against the
   * limits.
   */
  readonly fault: 'service' | 'query';
}

export interface Claim {
  readonly id: string;
  readonly plan: Plan;
  readonly attempt: number;
  /** Number of this attempt, without released attempts. */
  readonly countedAttempt: number;
  /** Earlier attempts that ended with an error. */
  readonly failedAttempts: number;
  readonly createdAt: Date;
  /** Milliseconds left for this attempt and all later ones. */
  readonly remainingMs: number;
}

/**
 * Why an attempt requeues its query: its worker shuts down, or an error occurred that a retry may
 * avoid.
 */
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

/**
 * The queries table. Every write is one conditional update on (id, attempt, state). It returns
 * false when the condition no longer holds.
 */
export interface QueryStore {
  /**
   * Stores the query unless a limit is reached. Check and insert share one transaction, and
   * submissions of one environment are serialized. `limits` are the defaults; an environment's own
   * limits override them. A query that shares the result of an equal one, or waits for it, is stored
   * whatever the limits are.
   */
  submit(submission: Submission, limits: SubmissionLimits): Promise<SubmissionOutcome>;
  /** Returns the equal query whose result a submission now would share. Null: it would run. */
  findEqual(tenant: Tenant, reuse: Reuse): Promise<EqualQuery | null>;
  /** Deletes at most `limit` expired keys and returns their number. */
  deleteExpiredIdempotencyKeys(limit: number): Promise<number>;
  /** Null when the environment does not exist. */
  usage(scope: QueryScope, limits: SubmissionLimits): Promise<LimitUsage | null>;
  /** Searches the environment, or the whole organization when the scope has no environment. */
  find(scope: OrganizationScope | QueryScope, id: string): Promise<QueryRecord | null>;
  /** Lists at most `limit` queries that match all criteria, newest first. */
  list(tenant: Tenant, criteria: ListCriteria, limit: number): Promise<readonly QueryRecord[]>;
  /**
   * Starts a new attempt with a new lease, and advances the environment in fair order. Null when
   * the query is not waiting any more.
   */
  claim(id: string, terms: ClaimTerms): Promise<Claim | null>;
  /**
   * False when the attempt is not the newest or the query is not running. The attempt must stop
   * immediately.
   */
  renewLease(id: string, attempt: number, leaseMs: number, progress: Progress): Promise<boolean>;
  complete(id: string, attempt: number, publication: Publication): Promise<boolean>;
  /** Completes the queries that wait for the result of this one, and returns their number. */
  shareResult(id: string): Promise<number>;
  /**
   * Completes a query that has joined another one, if the result that it waited for exists. False: it
   * must run itself.
   */
  takeResult(id: string): Promise<boolean>;
  fail(id: string, attempt: number, failure: Failure): Promise<boolean>;
  /** Cancels an enqueued or running query and notifies every process through `CancelSignals`. */
  cancel(tenant: Tenant, id: string, audit: AuditEvent): Promise<boolean>;
  /** Moves a running query back to `enqueued`. */
  requeue(id: string, attempt: number, cause: RequeueCause): Promise<boolean>;
  /**
   * Lists the ids of at most `limit` queries that can start now, next in fair order first. A query
   * can start when it is enqueued or its lease has lapsed, it has attempts and time left, and its
   * retry delay is over. A query that has joined another one cannot start before it has ended. Fair order divides starts between environments by weight, however many
   * queries each has waiting.
   */
  listWaiting(terms: ClaimTerms, limit: number): Promise<readonly string[]>;
  /**
   * Returns the query that a worker should start next: of an organization that holds the smallest share of the worker's
   * slots, and among these the next in fair order. Null when none can start.
   */
  nextWaiting(terms: ClaimTerms, choice: WaitingChoice): Promise<WaitingQuery | null>;
  /**
   * Deletes at most `limit` changes of facts that every shared result has seen, and returns their number. They are
   * a day old, so that no claim is under way that has not seen them.
   */
  deleteSeenChanges(limit: number): Promise<number>;
  /**
   * Fails queries that have no attempts or no time left and are not running, and running ones that
   * are far beyond their deadline. Returns their number.
   */
  failOverdue(terms: ClaimTerms): Promise<number>;
  /**
   * Returns the keys of orphaned work: its attempt has neither published it nor is still running.
   */
  orphanedWork(works: readonly AttemptWork[]): Promise<readonly string[]>;
  /**
   * Expires at most `limit` completed queries whose `expires` has passed. Returns their archives; `isShared`
   * ones belong to another query as well and stay.
   */
  expireDue(limit: number): Promise<readonly ExpiredArchive[]>;
}

export interface WaitingChoice {
  /** The share of each organization that holds slots of this worker. Those not named hold none. */
  readonly shares: ReadonlyMap<string, number>;
  /** Organizations whose queries are not started now. */
  readonly skipped: readonly string[];
  /** Only queries that will read at most about this number of facts. Null: all. */
  readonly maxFacts: number | null;
}

/** A query that can start now. */
export interface WaitingQuery {
  readonly id: string;
  readonly organization: string;
  /** Whether it has joined another query, whose result it may take. */
  readonly hasJoined: boolean;
  /** Share of a worker's slots that the running query counts as: 1 divided by its environment's weight. */
  readonly share: number;
}

/** An archive or a scratch directory, with the attempt that made it. */
export interface AttemptWork {
  /** Key of the archive in the object store, or name of the scratch directory. */
  readonly key: string;
  readonly queryId: string;
  readonly attempt: number;
}

export interface ClaimTerms {
  readonly leaseMs: number;
  /** Released attempts do not count. */
  readonly maxAttempts: number;
  /** Measured from the start of the first attempt. */
  readonly timeoutMs: number;
}

export interface ExpiredArchive {
  readonly id: string;
  readonly archiveKey: string;
  readonly isShared: boolean;
}

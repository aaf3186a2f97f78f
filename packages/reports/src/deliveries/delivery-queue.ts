import type { AuditEvent } from '../audit/audit-event.ts';
import type { PolledQuery } from '../queries/polled-query.ts';
import type { QueryScope } from '../queries/query-scope.ts';
import type { Message, SendOutcome } from './delivery.ts';
import type { ShownTarget } from './delivery-target.ts';

/** The receiver of a claimed delivery. */
export interface ClaimedEndpoint {
  readonly id: string;
  readonly url: string;
  readonly sealedSecret: Uint8Array;
  /** Null: the overlap after the last rotation is over. */
  readonly sealedOldSecret: Uint8Array | null;
}

/** The target of a claimed delivery of one query. */
export interface ClaimedTarget {
  readonly id: string;
  readonly shown: ShownTarget;
  readonly sealed: Uint8Array;
}

/** The archive of a completed query. */
export interface ClaimedResult {
  readonly archiveKey: string;
  /** Hex. Null for results of versions that did not compute it. */
  readonly archiveMd5: string | null;
}

export interface ClaimedDelivery extends Message {
  /** Only the newest attempt ends a delivery. */
  readonly attempt: number;
  /** Since its creation or its last replay. */
  readonly failedAttempts: number;
  readonly scope: QueryScope;
  readonly queryId: string | null;
  /** Null: the query has none, or it has expired. */
  readonly result: ClaimedResult | null;
  /** Null: the delivery is for `target`. */
  readonly endpoint: ClaimedEndpoint | null;
  /** Null: the delivery is for `endpoint`. */
  readonly target: ClaimedTarget | null;
}

export interface DeliveryClaimTerms {
  /** Another worker may repeat an attempt that did not end within this time. */
  readonly leaseMs: number;
  readonly maxPerLane: number;
  readonly maxPerOrganization: number;
}

/** An attempt that ended, and what follows. */
export interface EndedAttempt {
  readonly delivery: ClaimedDelivery;
  readonly outcome: SendOutcome;
  readonly durationMs: number;
  /** Delay before the next attempt. Null: there is none. */
  readonly retryInMs: number | null;
}

/** A change of a query's state, with the query as it is now. */
export interface FannedOutEvent {
  readonly at: Date;
  readonly query: PolledQuery;
}

export interface FanOutTerms {
  readonly maxEndpoints: number;
  readonly maxEventsPerEndpoint: number;
  readonly newId: () => string;
  /** Types of the events that endpoints may ask for, by the state that a query enters. */
  readonly typeOf: (state: PolledQuery['state']) => string | null;
  readonly payloadOf: (type: string, event: FannedOutEvent) => string;
}

/** An endpoint that a worker disabled. */
export interface DisabledEndpoint {
  readonly id: string;
  readonly organization: string;
  readonly environment: string;
  readonly reason: DisabledReason;
}

export type DisabledReason = 'failing' | 'gone';

/** Deliveries as workers see them, of every tenant. */
export interface DeliveryQueue {
  /**
   * Makes deliveries of new events. The deliveries and the advance of an endpoint's position are one
   * transaction. Returns the number of events that were read.
   */
  fanOut(terms: FanOutTerms): Promise<number>;
  /**
   * Makes deliveries due that wait for a query which has ended, and cancels those of queries without a
   * result to deliver. Returns their number.
   */
  startWaiting(terms: Pick<FanOutTerms, 'typeOf' | 'payloadOf'>, limit: number): Promise<number>;
  /** Claims due deliveries for one attempt each, of every lane in turn. */
  claim(terms: DeliveryClaimTerms, limit: number): Promise<readonly ClaimedDelivery[]>;
  /**
   * Records the end of an attempt, unless a newer one exists. Returns the endpoint if it was disabled
   * thereby: its receiver is gone, or has failed for `failingMs`.
   */
  end(
    attempt: EndedAttempt,
    terms: { readonly failingMs: number; readonly audit: AuditEvent },
  ): Promise<DisabledEndpoint | null>;
  /**
   * Makes a link to the result, or returns that of an earlier attempt. It lives as long as the result.
   * Null: the user or the token of the delivery's target no longer exists.
   */
  linkTo(deliveryId: string): Promise<{ readonly id: string; readonly expiresAt: Date } | null>;
  /** Prolongs the lease of an attempt. False: another one may have begun. */
  renew(delivery: Pick<ClaimedDelivery, 'id' | 'attempt'>, leaseMs: number): Promise<boolean>;
  /** Gives a claimed delivery back without counting the attempt. */
  release(delivery: Pick<ClaimedDelivery, 'id' | 'attempt'>): Promise<void>;
  /** Deletes deliveries that ended earlier, oldest first, and targets without any. Returns the number of deliveries. */
  deleteExpired(terms: { readonly days: number; readonly limit: number }): Promise<number>;
}

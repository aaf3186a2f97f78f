import type { AuditEvent } from '../audit/audit-event.ts';
import type { PolledQuery } from '../queries/polled-query.ts';
import type { Message, SendOutcome } from './delivery.ts';

/** The receiver of a claimed delivery. */
export interface ClaimedEndpoint {
  readonly id: string;
  readonly url: string;
  readonly sealedSecret: Uint8Array;
  /** Null: the overlap after the last rotation is over. */
  readonly sealedOldSecret: Uint8Array | null;
}

export interface ClaimedDelivery extends Message {
  /** Only the newest attempt ends a delivery. */
  readonly attempt: number;
  /** Since its creation or its last replay. */
  readonly failedAttempts: number;
  readonly endpoint: ClaimedEndpoint;
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
  /** Gives a claimed delivery back without counting the attempt. */
  release(delivery: Pick<ClaimedDelivery, 'id' | 'attempt'>): Promise<void>;
  /** Deletes deliveries that ended earlier, oldest first, and returns their number. */
  deleteExpired(terms: { readonly days: number; readonly limit: number }): Promise<number>;
}

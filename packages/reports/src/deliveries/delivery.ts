/** `waiting` for its query to end; `pending` until its next attempt; `sending` while a worker holds its lease. */
export type DeliveryState = 'waiting' | 'pending' | 'sending' | 'delivered' | 'failed' | 'cancelled';

/** States that only a replay leaves. */
export type EndedDeliveryState = Extract<DeliveryState, 'delivered' | 'failed' | 'cancelled'>;

export interface DeliveryAttempt {
  readonly at: Date;
  /** Null: in progress, or its worker died. */
  readonly durationMs: number | null;
  /** Status of HTTP. Null: no response. */
  readonly status: number | null;
  /** Null: delivered, or not known. */
  readonly error: string | null;
}

/** A delivery as its log shows it. */
export interface DeliveryRecord {
  readonly id: string;
  readonly type: string;
  readonly queryId: string | null;
  readonly state: DeliveryState;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  /** Time of the next attempt. Null: it has ended, waits for its query, or is being sent. */
  readonly nextAttemptAt: Date | null;
  /** Why it was given up or cancelled; otherwise null. */
  readonly failure: string | null;
  /** The last attempts, oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
}

/** A body with its id and type. */
export interface Message {
  /** The same at every attempt, so that a receiver recognizes a repetition. */
  readonly id: string;
  readonly type: string;
  /** JSON, as it is sent and signed. */
  readonly payload: string;
}

/** The result of one attempt. */
export type SendOutcome = Delivered | NotDelivered;

interface Delivered {
  readonly kind: 'delivered';
  readonly status: number | null;
}

export interface NotDelivered {
  readonly kind: 'failed';
  readonly status: number | null;
  /** Shown to administrators of the environment. */
  readonly error: string;
  /** The receiver's own delay, for an attempt that it asks to repeat later. */
  readonly retryAfterMs: number | null;
  /** No further attempt can succeed. */
  readonly isFinal: boolean;
  /** The receiver wants no more deliveries, of whatever event. */
  readonly isGone: boolean;
}

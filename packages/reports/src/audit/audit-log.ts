import type { Actor, AuditEvent } from './audit-event.ts';

export interface AuditRecord extends Omit<AuditEvent, 'action'> {
  /** Decimal digits. Unique, and ascending within a time. */
  readonly id: string;
  readonly at: Date;
  /** An action of this version, or of an earlier one. */
  readonly action: string;
}

/** Conditions on listed events. An omitted condition matches every event. */
export interface AuditCriteria {
  /** Only events of this organization. Null: of all, and of the whole instance. */
  readonly organization: string | null;
  /**
   * Only events since the organization exists: an earlier one of the same name may have been deleted.
   */
  readonly sinceCreation: boolean;
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
  readonly actor?: Actor['kind'] | undefined;
  /** In lower case. */
  readonly email?: string | undefined;
  readonly tokenId?: string | undefined;
  readonly linkId?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: 'done' | 'refused' | undefined;
  readonly environment?: string | undefined;
  readonly object?: string | undefined;
  readonly requestId?: string | undefined;
}

export type AuditPosition = Pick<AuditRecord, 'at' | 'id'>;

export interface AuditPage {
  readonly order: 'newest' | 'oldest';
  /** The last event of the previous page. */
  readonly after: AuditPosition | null;
  readonly limit: number;
}

/** Refusals of the same credentials from the same address. */
export interface RefusedCredentials {
  /** Null: of several addresses. */
  readonly address: string | null;
  /** As it was sent. It is kept only if a user has it: it may be a password in the wrong field. */
  readonly email: string | null;
  readonly tokenId: string | null;
  /** Code of the error. */
  readonly code: string;
  readonly count: number;
  /** Request of the first refusal. */
  readonly requestId: string;
}

export interface AuditRetention {
  readonly days: number;
  /** Older refusals beyond this number are deleted too. */
  readonly maxRefusals: number;
  readonly limit: number;
}

/** The audit log: reading it, and events without a write of their own. */
export interface AuditLog {
  /**
   * Inserts the event. Once it is resolved, the event is committed.
   * @throws ServiceUnavailable for every failure
   */
  record(event: AuditEvent): Promise<void>;
  /** Inserts one event for each. */
  recordRefusals(refusals: readonly RefusedCredentials[]): Promise<void>;
  list(criteria: AuditCriteria, page: AuditPage): Promise<readonly AuditRecord[]>;
  /** Deletes at most `limit` events, and records that. Returns their number. */
  deleteExpired(retention: AuditRetention): Promise<number>;
}

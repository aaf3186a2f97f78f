import type { AuditEvent } from './audit-event.ts';

/** The audit log, for events without a write of their own. */
export interface AuditLog {
  /** Inserts the event. Once it is resolved, the event is committed. */
  record(event: AuditEvent): Promise<void>;
}
